// What Swift's Glibc module hides (GNU extensions) or cannot express (unions of sockaddr pointers, variadic calls).
// Thin wrappers only: every decision stands in Swift.
#ifndef GATEPOST_CLINUX_H
#define GATEPOST_CLINUX_H
// Without _GNU_SOURCE, like Swift's own Glibc module: the two would otherwise define fd_set and others differently, and a file that
// sees both modules does not compile.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

// struct ucred is visible only with _GNU_SOURCE: the same layout under our own name.
struct gatepost_credentials {
  int32_t pid;
  uint32_t uid;
  uint32_t gid;
};

static inline int gatepost_peer_credentials(int fd, struct gatepost_credentials *out) {
  socklen_t length = sizeof *out;
  return getsockopt(fd, SOL_SOCKET, 17 /* SO_PEERCRED */, out, &length);
}

// The supplementary groups of the process at the other end, as it had them when it connected (Linux 4.13). `count` is how many there
// are, also when `room` is too small for them (-1, ERANGE).
static inline int gatepost_peer_groups(int fd, uint32_t *out, uint32_t room, uint32_t *count) {
#ifdef SO_PEERGROUPS
  const int option = SO_PEERGROUPS;
#else
  const int option = 59;
#endif
  socklen_t length = room * (socklen_t)sizeof *out;
  int result = getsockopt(fd, SOL_SOCKET, option, out, &length);
  *count = length / sizeof *out;
  return result;
}

static inline int gatepost_accept(int fd) {
  extern int accept4(int, struct sockaddr *, socklen_t *, int);
  return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static inline int gatepost_unix_socket(void) {
  return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

// A path that begins with '@' names an abstract socket. Returns 0 and the length, or -1 when the path is too long.
static inline int gatepost_unix_address(const char *path, struct sockaddr_un *out, socklen_t *length) {
  size_t n = strlen(path);
  memset(out, 0, sizeof *out);
  out->sun_family = AF_UNIX;
  if (n == 0 || n >= sizeof out->sun_path) return -1;
  memcpy(out->sun_path, path, n);
  if (path[0] == '@') {
    out->sun_path[0] = 0;
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
  } else {
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
  }
  return 0;
}

static inline int gatepost_bind(int fd, const struct sockaddr_un *address, socklen_t length) {
  return bind(fd, (const struct sockaddr *)address, length);
}

static inline int gatepost_connect(int fd, const struct sockaddr_un *address, socklen_t length) {
  return connect(fd, (const struct sockaddr *)address, length);
}

static inline int gatepost_sendto(int fd, const void *bytes, size_t count, const struct sockaddr_un *address,
                                  socklen_t length) {
  return (int)sendto(fd, bytes, count, MSG_NOSIGNAL, (const struct sockaddr *)address, length);
}

static inline int gatepost_raise_descriptor_limit(uint64_t *out) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  limit.rlim_cur = limit.rlim_max;
  int result = setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  *out = limit.rlim_cur;
  return result;
}

// glibc 2.34: from there on, every descriptor is closed in the child, whatever other threads have opened meanwhile. `actions` is a
// posix_spawn_file_actions_t: with <spawn.h> here, that type would be this module's, and no longer Glibc's.
static inline int gatepost_spawn_close_from(void *actions, int first) {
  extern int posix_spawn_file_actions_addclosefrom_np(void *, int);
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

static inline void gatepost_wipe(void *bytes, size_t count) {
  memset(bytes, 0, count);
  __asm__ __volatile__("" : : "r"(bytes) : "memory");
}

static inline void gatepost_name_thread(const char *name) {
  extern int pthread_setname_np(pthread_t, const char *);
  pthread_setname_np(pthread_self(), name);
}

// On Linux, of the calling thread alone. Returns 0, or -1 where a filter of system calls forbids it.
static inline int gatepost_lower_priority(int by) {
  return setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + by);
}

// Puts a filter of system calls (seccomp(2)) on the calling thread, and on those that it starts; for good. Returns 0 or errno.
static inline int gatepost_filter_calls(const struct sock_filter *program, unsigned short count) {
  struct sock_fprog whole = {count, (struct sock_filter *)program};
  // What lets a process without rights filter itself; of this thread alone.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  // Linux before 5.16 takes speculation from a filtered thread unless told otherwise, and with it speed. That is meant for programs
  // that run other people's code.
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 4 /* SECCOMP_FILTER_FLAG_SPEC_ALLOW */, &whole) == 0) return 0;
  if (errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &whole) == 0) return 0;
  return errno;
}

// Any system call, by its number: to find out what a filter lets through. Returns 0 or errno.
static inline int gatepost_try_call(long number, long first, long second, long third, long fourth, long fifth, long sixth) {
  return syscall(number, first, second, third, fourth, fifth, sixth) < 0 ? errno : 0;
}

// No core dump of this process, and no look into its memory by others of its user. Returns 0 or errno.
static inline int gatepost_forbid_dumps(void) {
  const struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return errno;
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : errno;
}

// Whether the process may lock as much memory as it likes.
static inline int gatepost_may_lock_memory(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
}

// Keeps all memory, what is there and what will come, out of the swap space, each page from its first use on. Returns 0 or errno.
static inline int gatepost_lock_memory(void) {
  return mlockall(MCL_CURRENT | MCL_FUTURE | 4 /* MCL_ONFAULT */) == 0 ? 0 : errno;
}

// glibc gives each thread a heap of its own, up to eight for each processor, and each keeps what was freed in it.
static inline void gatepost_limit_heaps(int count) {
#ifdef __GLIBC__
  extern int mallopt(int, int);
  mallopt(-8 /* M_ARENA_MAX */, count);
#else
  (void)count;
#endif
}

// Gives freed memory back to the system.
static inline void gatepost_return_memory(void) {
#ifdef __GLIBC__
  extern int malloc_trim(size_t);
  malloc_trim(0);
#endif
}

static inline int gatepost_open(const char *path, int flags, mode_t mode) { return open(path, flags | O_CLOEXEC, mode); }

// Reads what the system has in memory; -1 with EAGAIN for the rest, EOPNOTSUPP where the file system cannot tell. Call and
// flag are visible only with _GNU_SOURCE.
static inline ssize_t gatepost_read_cached(int fd, void *bytes, size_t count, off_t offset) {
  extern ssize_t preadv2(int, const struct iovec *, int, off_t, int);
  struct iovec part = {bytes, count};
  return preadv2(fd, &part, 1, offset, 8 /* RWF_NOWAIT */);
}

static inline int gatepost_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static inline int gatepost_set_close_on_exec(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC); }

#endif
