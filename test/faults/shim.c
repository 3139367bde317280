/*
 * A failing disk, a power cut and a clock that jumps, for one program and all that it starts:
 *
 *   cc -shared -fPIC -O1 -o shim.so shim.c -ldl -lpthread
 *   LD_PRELOAD=./shim.so FAULT_ROOT=/tmp/home FAULT_STATE=/tmp/state node …
 *
 * It stands between the program and the C library and counts calls on files beneath FAULT_ROOT, in
 * three classes: 0 writes (also of names: create, rename, remove), 1 syncs, 2 reads.
 *
 * FAULT_STATE  a file of 64 bytes that all processes share: the counts, 64 bits each
 * FAULT_CLASS, FAULT_AT  the class and the number of the call that fails, from 1
 * FAULT_HOW    "errno": it fails with FAULT_ERRNO; "errno-on": so do all that follow of its class;
 *              "short": half of it is written first, and all that follow fail;
 *              "kill": the process group is killed before it; "torn": after half of it
 * FAULT_LOG    every change and every sync is written to this file, for replay.ts
 * FAULT_MARKS  a file that is logged and never fails: what the program said, and when
 * FAULT_CLOCK  "300:86400,900:-60": so many ms after the start the clock is so many seconds off
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Names with and without 64 are the same call on a 64-bit system; each is defined by its own. */
#undef open
#undef openat

enum { WRITES, SYNCS, READS };
enum { PASSES, FAILS, HALF };

static const char *root, *marks;
static size_t root_length;
static _Atomic unsigned long *counts;
static int log_fd = -1, fault_class = -1, fault_errno = EIO;
static unsigned long fault_at;
static const char *how = "";
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(type, name, ...)                                                                      \
  static type (*real)(__VA_ARGS__);                                                                \
  if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static long monotonic_ms(void) {
  struct timespec t;
  REAL(int, clock_gettime, clockid_t, struct timespec *);
  real(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct { long ms, seconds; } steps[32];
static int step_count;
static long started_ms;

__attribute__((constructor)) static void begin(void) {
  const char *state = getenv("FAULT_STATE"), *log = getenv("FAULT_LOG"), *clock = getenv("FAULT_CLOCK");
  int state_fd;
  started_ms = monotonic_ms();
  while (clock && *clock && step_count < 32) {
    if (sscanf(clock, "%ld:%ld", &steps[step_count].ms, &steps[step_count].seconds) == 2) step_count++;
    clock = strchr(clock, ',');
    if (clock) clock++;
  }
  if (!state) return;
  state_fd = open(state, O_RDWR | O_CLOEXEC);
  if (state_fd < 0) return;
  counts = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, state_fd, 0);
  close(state_fd);
  if (counts == MAP_FAILED) return;
  if (log) log_fd = open(log, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (getenv("FAULT_CLASS")) fault_class = atoi(getenv("FAULT_CLASS"));
  if (getenv("FAULT_AT")) fault_at = strtoul(getenv("FAULT_AT"), NULL, 10);
  if (getenv("FAULT_ERRNO")) fault_errno = atoi(getenv("FAULT_ERRNO"));
  if (getenv("FAULT_HOW")) how = getenv("FAULT_HOW");
  marks = getenv("FAULT_MARKS");
  root_length = getenv("FAULT_ROOT") ? strlen(getenv("FAULT_ROOT")) : 0;
  root = getenv("FAULT_ROOT");
}

static int is_mark(const char *path) { return marks && !strcmp(path, marks); }

static int is_inside(const char *path) {
  return root && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

/* The path of an open file as it is now; NULL for what is none of ours. */
static const char *path_of(int fd, char *path) {
  char link[40];
  ssize_t length;
  int before = errno;
  if (!root || fd < 0) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, PATH_MAX - 1);
  errno = before;
  if (length < 1 || path[0] != '/') return NULL;
  path[length] = 0;
  return is_mark(path) || is_inside(path) ? path : NULL;
}

/* Of a name as it was given: relative ones begin at a folder. Links on the way are kept. */
static const char *path_at(int folder, const char *name, char *path) {
  char start[PATH_MAX];
  if (!root || !name) return NULL;
  if (name[0] == '/') snprintf(path, PATH_MAX, "%s", name);
  else {
    char link[40] = "/proc/self/cwd";
    ssize_t length;
    if (folder != AT_FDCWD) snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(link, start, PATH_MAX - 1);
    if (length < 1) return NULL;
    start[length] = 0;
    if (snprintf(path, PATH_MAX, "%s/%s", start, name) >= PATH_MAX) return NULL;
  }
  return is_mark(path) || is_inside(path) ? path : NULL;
}

/* Counts a call and says what becomes of it. */
static int meet(int class, const char *path) {
  unsigned long number;
  if (!counts || !path || is_mark(path)) return PASSES;
  number = atomic_fetch_add(&counts[class], 1) + 1;
  if (class != fault_class || number < fault_at) return PASSES;
  if (number > fault_at) {
    if (!strcmp(how, "errno-on") || !strcmp(how, "short")) return errno = fault_errno, FAILS;
    return PASSES;
  }
  if (!strcmp(how, "kill")) kill(0, SIGKILL);
  if (!strcmp(how, "torn") || !strcmp(how, "short")) return HALF;
  if (!strncmp(how, "errno", 5)) return errno = fault_errno, FAILS;
  return PASSES;
}

/* After half of a write: the end of the program, or a short count as from a full disk. */
static void after_half(void) {
  if (!strcmp(how, "torn")) kill(0, SIGKILL);
}

/* One process at a time acts and logs, so that the log has the order of the changes. */
static void enter(void) {
  if (log_fd < 0) return;
  pthread_mutex_lock(&lock);
  flock(log_fd, LOCK_EX);
}

static void leave(void) {
  int before = errno;
  if (log_fd < 0) return;
  flock(log_fd, LOCK_UN);
  pthread_mutex_unlock(&lock);
  errno = before;
}

static void note(char kind, long offset, const char *path, const char *other, const void *data, size_t length) {
  char head[2 * PATH_MAX + 64];
  int before = errno, size;
  struct iovec parts[2];
  REAL(ssize_t, writev, int, const struct iovec *, int);
  if (log_fd < 0 || !path) return;
  size = snprintf(head, sizeof head, "%c %ld %zu %s\t%s\n", kind, offset, length, path, other ? other : "");
  parts[0].iov_base = head, parts[0].iov_len = (size_t)size;
  parts[1].iov_base = (void *)data, parts[1].iov_len = length;
  real(log_fd, parts, 2);
  errno = before;
}

/* A write at `offset`, or where the file is (-1). */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset) {
  char room[PATH_MAX];
  const char *path = path_of(fd, room);
  ssize_t written = 0;
  int fate = meet(WRITES, path);
  REAL(ssize_t, pwritev64, int, const struct iovec *, int, off_t);
  static ssize_t (*real_writev)(int, const struct iovec *, int);
  if (!real_writev) real_writev = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  if (fate == FAILS) return -1;
  if (!path) return offset < 0 ? real_writev(fd, parts, count) : real(fd, parts, count, offset);
  enter();
  /* Part by part, so that each is one record. */
  for (int i = 0; i < count; i++) {
    struct iovec one = parts[i];
    off_t at = offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset + written;
    ssize_t done;
    if (offset < 0 && (fcntl(fd, F_GETFL) & O_APPEND)) at = lseek(fd, 0, SEEK_END);
    if (fate == HALF) one.iov_len /= 2;
    done = offset < 0 ? real_writev(fd, &one, 1) : real(fd, &one, 1, at);
    if (fate == HALF) after_half();
    if (done < 0) {
      if (!written) written = -1;
      break;
    }
    note('W', at, path, NULL, one.iov_base, (size_t)done);
    written += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  leave();
  return written;
}

ssize_t write(int fd, const void *data, size_t length) {
  struct iovec one = {(void *)data, length};
  return write_parts(fd, &one, 1, -1);
}
ssize_t writev(int fd, const struct iovec *parts, int count) { return write_parts(fd, parts, count, -1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) {
  struct iovec one = {(void *)data, length};
  return write_parts(fd, &one, 1, offset);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) {
  return write_parts(fd, parts, count, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return write_parts(fd, parts, count, offset);
}

/* Copies within the kernel are refused, so that callers copy by reads and writes. */
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
  (void)from, (void)from_at, (void)to, (void)to_at, (void)length, (void)flags;
  return errno = ENOSYS, -1;
}
static ssize_t send_file(int to, int from, off_t *offset, size_t length) {
  char room[PATH_MAX];
  REAL(ssize_t, sendfile64, int, int, off_t *, size_t);
  if (path_of(to, room)) return errno = EINVAL, -1;
  return real(to, from, offset, length);
}
ssize_t sendfile64(int to, int from, off_t *offset, size_t length) { return send_file(to, from, offset, length); }
ssize_t sendfile(int to, int from, off_t *offset, size_t length) { return send_file(to, from, offset, length); }

int ftruncate64(int fd, off_t length) {
  char room[PATH_MAX];
  const char *path = path_of(fd, room);
  int result;
  REAL(int, ftruncate64, int, off_t);
  if (meet(WRITES, path) == FAILS) return -1;
  enter();
  result = real(fd, length);
  if (!result) note('T', length, path, NULL, NULL, 0);
  leave();
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int posix_fallocate64(int fd, off_t offset, off_t length) {
  char room[PATH_MAX];
  REAL(int, posix_fallocate64, int, off_t, off_t);
  return meet(WRITES, path_of(fd, room)) == FAILS ? errno : real(fd, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

static int sync_fd(int fd, int (*real)(int)) {
  char room[PATH_MAX];
  const char *path = path_of(fd, room);
  int result;
  if (meet(SYNCS, path) == FAILS) return -1;
  enter();
  result = real(fd);
  if (!result) note('S', 0, path, NULL, NULL, 0);
  leave();
  return result;
}
int fsync(int fd) { REAL(int, fsync, int); return sync_fd(fd, real); }
int fdatasync(int fd) { REAL(int, fdatasync, int); return sync_fd(fd, real); }

static int open_at(int folder, const char *name, int flags, mode_t mode) {
  char room[PATH_MAX];
  const char *path = path_at(folder, name, room);
  int fd, is_new = 0;
  REAL(int, openat64, int, const char *, int, ...);
  if (!path || (flags & O_DIRECTORY) || !(flags & (O_CREAT | O_TRUNC))) return real(folder, name, flags, mode);
  enter();
  is_new = (flags & O_CREAT) && faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
  if ((is_new || (flags & O_TRUNC)) && meet(WRITES, path) == FAILS) return leave(), -1;
  fd = real(folder, name, flags, mode);
  if (fd >= 0 && is_new) note('C', 0, path, NULL, NULL, 0);
  else if (fd >= 0 && (flags & O_TRUNC)) note('T', 0, path, NULL, NULL, 0);
  leave();
  return fd;
}

#define MODE(flags, mode)                                                                          \
  mode_t mode = 0;                                                                                 \
  if (flags & (O_CREAT | O_TMPFILE)) {                                                             \
    va_list more;                                                                                  \
    va_start(more, flags);                                                                         \
    mode = va_arg(more, mode_t);                                                                   \
    va_end(more);                                                                                  \
  }
int open(const char *name, int flags, ...) { MODE(flags, mode) return open_at(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags, mode) return open_at(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags, mode) return open_at(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE(flags, mode) return open_at(folder, name, flags, mode); }

/* Names: `kind` R rename, L link, U unlink, M mkdir, D rmdir. */
#define CHANGE(kind, path, other, call)                                                            \
  int result;                                                                                      \
  if (meet(WRITES, path) == FAILS) return -1;                                                      \
  enter();                                                                                         \
  result = call;                                                                                   \
  if (!result) note(kind, 0, path, other, NULL, 0);                                                \
  leave();                                                                                         \
  return result

int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
  char room[PATH_MAX], other[PATH_MAX];
  const char *path = path_at(a, from, room), *target = path_at(b, to, other);
  REAL(int, renameat2, int, const char *, int, const char *, unsigned);
  CHANGE('R', path, target, real(a, from, b, to, flags));
}
int renameat(int a, const char *from, int b, const char *to) { return renameat2(a, from, b, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int a, const char *from, int b, const char *to, int flags) {
  char room[PATH_MAX], other[PATH_MAX];
  const char *path = path_at(a, from, room), *target = path_at(b, to, other);
  REAL(int, linkat, int, const char *, int, const char *, int);
  CHANGE('L', path, target, real(a, from, b, to, flags));
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *name, int flags) {
  char room[PATH_MAX];
  const char *path = path_at(folder, name, room);
  REAL(int, unlinkat, int, const char *, int);
  CHANGE(flags & AT_REMOVEDIR ? 'D' : 'U', path, NULL, real(folder, name, flags));
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int folder, const char *name, mode_t mode) {
  char room[PATH_MAX];
  const char *path = path_at(folder, name, room);
  REAL(int, mkdirat, int, const char *, mode_t);
  CHANGE('M', path, NULL, real(folder, name, mode));
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

static int cannot_read(int fd) {
  char room[PATH_MAX];
  return fault_class == READS && meet(READS, path_of(fd, room)) == FAILS;
}
ssize_t read(int fd, void *room, size_t length) {
  REAL(ssize_t, read, int, void *, size_t);
  return cannot_read(fd) ? -1 : real(fd, room, length);
}
ssize_t pread64(int fd, void *room, size_t length, off_t offset) {
  REAL(ssize_t, pread64, int, void *, size_t, off_t);
  return cannot_read(fd) ? -1 : real(fd, room, length, offset);
}
ssize_t pread(int fd, void *room, size_t length, off_t offset) { return pread64(fd, room, length, offset); }
ssize_t readv(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, readv, int, const struct iovec *, int);
  return cannot_read(fd) ? -1 : real(fd, parts, count);
}
ssize_t preadv64(int fd, const struct iovec *parts, int count, off_t offset) {
  REAL(ssize_t, preadv64, int, const struct iovec *, int, off_t);
  return cannot_read(fd) ? -1 : real(fd, parts, count, offset);
}

static long clock_offset(void) {
  long now, seconds = 0;
  if (!step_count) return 0;
  now = monotonic_ms() - started_ms;
  for (int i = 0; i < step_count; i++)
    if (now >= steps[i].ms) seconds = steps[i].seconds;
  return seconds;
}
int clock_gettime(clockid_t clock, struct timespec *t) {
  REAL(int, clock_gettime, clockid_t, struct timespec *);
  int result = real(clock, t);
  if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) t->tv_sec += clock_offset();
  return result;
}
int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  REAL(int, gettimeofday, struct timeval *, void *);
  int result = real(t, zone);
  if (!result) t->tv_sec += clock_offset();
  return result;
}
time_t time(time_t *out) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  if (out) *out = t.tv_sec;
  return t.tv_sec;
}
