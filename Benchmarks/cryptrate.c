/* How many verifications a second crypt_r(3) does on so many threads: the floor under logins with that hash.
 *   cryptrate THREADS SECONDS HASH      the password on standard input, one line; prints the rate */
#include <crypt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *hash;
static char password[512];
static double seconds;
static long counts[256];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void *verify(void *argument) {
  struct crypt_data *data = calloc(1, sizeof *data);
  double end = now() + seconds;
  long count = 0;
  while (data && now() < end) {
    const char *result = crypt_r(password, hash, data);
    if (!result || strcmp(result, hash)) {
      fputs("cryptrate: the password does not fit the hash\n", stderr);
      exit(1);
    }
    count++;
  }
  free(data);
  *(long *)argument = count;
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 4 || !fgets(password, sizeof password, stdin)) return 64;
  password[strcspn(password, "\n")] = 0;
  int threads = atoi(arguments[1]);
  seconds = atof(arguments[2]);
  hash = arguments[3];
  if (threads < 1 || threads > 256) return 64;
  pthread_t thread[256];
  double start = now();
  for (int i = 0; i < threads; i++) pthread_create(&thread[i], NULL, verify, &counts[i]);
  long sum = 0;
  for (int i = 0; i < threads; i++) {
    pthread_join(thread[i], NULL);
    sum += counts[i];
  }
  printf("%.1f\n", sum / (now() - start));
  return 0;
}
