// SHA-2 without EVP, which OpenSSL 3 calls deprecated: see SHA2Function.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
