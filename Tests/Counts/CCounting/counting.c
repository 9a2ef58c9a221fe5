#include "counting.h"

#include <errno.h>
#include <stddef.h>
#include <valgrind/callgrind.h>

int counting_is_watched(void) { return RUNNING_ON_VALGRIND != 0; }

void counting_begin(void) { CALLGRIND_ZERO_STATS; }

void counting_end(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }

// The program's own definitions come before libc's, for the libraries too. One thread is counted: no atomics.
static unsigned long allocations;

unsigned long counting_allocations(void) { return allocations; }

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  allocations++;
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  allocations++;
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}
