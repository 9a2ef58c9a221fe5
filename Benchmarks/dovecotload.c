/* Logins (PLAIN) on the auth-client socket of Dovecot's auth service, which no other daemon speaks:
 *   dovecotload SOCKET USERS CONNECTIONS SECONDS
 * USERS: user TAB password a line, asked for in the order of `gatepost bench`. Each connection stays open, with one request at a
 * time. Every answer's user is checked. Prints JSON with the keys of `gatepost bench --json`; latencies in microseconds. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct user { char *name, *password; };
struct connection {
  int fd, is_ready, is_open;
  struct user *user;
  int64_t began;
  size_t length;
  char buffer[8192];
};

static struct user *users;
static size_t user_count, position, step;
static int64_t end;
static double *samples;
static size_t sample_count, right, wrong, room;
static int open_count;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void read_users(const char *path) {
  FILE *file = fopen(path, "r");
  char line[1024];
  size_t capacity = 0;
  if (!file) { perror(path); exit(75); }
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *tab = strchr(line, '\t');
    if (!tab) continue;
    *tab = 0;
    if (user_count == capacity) users = realloc(users, (capacity = capacity ? capacity * 2 : 1024) * sizeof *users);
    users[user_count++] = (struct user){strdup(line), strdup(tab + 1)};
  }
  fclose(file);
  if (!user_count) exit(75);
  step = (size_t)(user_count * 0.61803398875);
  if (!step) step = 1;
  for (;; step++) {
    size_t a = step, b = user_count;
    while (b) { size_t rest = a % b; a = b; b = rest; }
    if (a == 1) break;
  }
}

static size_t base64(const unsigned char *in, size_t count, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t o = 0;
  for (size_t i = 0; i < count; i += 3) {
    unsigned v = in[i] << 16 | (i + 1 < count ? in[i + 1] << 8 : 0) | (i + 2 < count ? in[i + 2] : 0);
    out[o++] = digits[v >> 18];
    out[o++] = digits[v >> 12 & 63];
    out[o++] = i + 1 < count ? digits[v >> 6 & 63] : '=';
    out[o++] = i + 2 < count ? digits[v & 63] : '=';
  }
  return o;
}

static void stop(struct connection *c) {
  close(c->fd);
  c->is_open = 0;
  open_count--;
}

static void ask(struct connection *c) {
  unsigned char plain[1100];
  char line[2048];
  c->began = now();
  if (c->began >= end) { stop(c); return; }
  c->user = &users[position];
  position = (position + step) % user_count;
  size_t count = (size_t)snprintf((char *)plain, sizeof plain, "%c%s%c%s", 0, c->user->name, 0, c->user->password);
  size_t length = (size_t)sprintf(line, "AUTH\t1\tPLAIN\tservice=imap\tnologin\tresp=");
  length += base64(plain, count, line + length);
  line[length++] = '\n';
  if (write(c->fd, line, length) != (ssize_t)length) { wrong++; stop(c); }
}

static void answer(struct connection *c, const char *line) {
  if (!c->is_ready) {
    if (!strcmp(line, "DONE")) { c->is_ready = 1; ask(c); }
    return;
  }
  int is_ok = !strncmp(line, "OK\t1\t", 5);
  if (!is_ok && strncmp(line, "FAIL\t1", 6)) return;
  if (sample_count == room) samples = realloc(samples, (room = room ? room * 2 : 1 << 16) * sizeof *samples);
  samples[sample_count++] = (now() - c->began) / 1000.0;
  const char *user = strstr(line, "\tuser=");
  size_t length = strlen(c->user->name);
  int is_right = is_ok && user && !strncmp(user + 6, c->user->name, length) && (user[6 + length] == '\t' || !user[6 + length]);
  if (is_right) right++; else wrong++;
  ask(c);
}

static void receive(struct connection *c) {
  ssize_t count = read(c->fd, c->buffer + c->length, sizeof c->buffer - c->length);
  if (count <= 0) { wrong++; stop(c); return; }
  c->length += (size_t)count;
  char *start = c->buffer, *line_end;
  while (c->is_open && (line_end = memchr(start, '\n', c->length - (size_t)(start - c->buffer)))) {
    *line_end = 0;
    answer(c, start);
    start = line_end + 1;
  }
  c->length -= (size_t)(start - c->buffer);
  memmove(c->buffer, start, c->length);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double percentile(double share) {
  return sample_count ? samples[(size_t)fmin(sample_count - 1, ceil(sample_count * share) - 1)] : 0;
}

int main(int count, char **arguments) {
  if (count != 5) return 64;
  int connections = atoi(arguments[3]);
  read_users(arguments[2]);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
  struct connection *all = calloc((size_t)connections, sizeof *all);
  int poll = epoll_create1(EPOLL_CLOEXEC);
  int64_t start = now();
  end = start + (int64_t)(atof(arguments[4]) * 1e9);
  for (int i = 0; i < connections; i++) {
    struct connection *c = &all[i];
    char greeting[64];
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address)) { perror("connect"); return 75; }
    // The process id stands for the client; two connections of one process need two.
    int length = sprintf(greeting, "VERSION\t1\t2\nCPID\t%d\n", getpid() + i * 100000);
    if (write(c->fd, greeting, (size_t)length) != length) { perror("write"); return 75; }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
    c->is_open = 1;
    open_count++;
  }
  while (open_count > 0) {
    struct epoll_event events[256];
    int ready = epoll_wait(poll, events, 256, 60000);
    if (ready == 0) { wrong += (size_t)open_count; break; }
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (c->is_open) receive(c);
    }
  }
  double seconds = (now() - start) / 1e9;
  qsort(samples, sample_count, sizeof *samples, compare);
  printf("{\"requests\": %zu, \"right\": %zu, \"wrong\": %zu, \"seconds\": %.3f, \"per-second\": %.1f, "
         "\"latency\": {\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"max\": %.1f}}\n",
         right + wrong, right, wrong, seconds, sample_count / seconds, percentile(.5), percentile(.9), percentile(.99),
         sample_count ? samples[sample_count - 1] : 0);
  return wrong > 0;
}
