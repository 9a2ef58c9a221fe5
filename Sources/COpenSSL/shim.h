// Hash functions without EVP, which OpenSSL 3 calls deprecated: see HashFunction.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/md4.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
