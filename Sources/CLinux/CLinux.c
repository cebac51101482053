#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

static __thread void *thread_loop;

void *clinux_thread_loop(void) { return thread_loop; }
void clinux_set_thread_loop(void *loop) { thread_loop = loop; }

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Zero is the calling thread, not its process: Linux has a niceness for each.
void clinux_step_back(int niceness) { setpriority(PRIO_PROCESS, 0, niceness); }

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_ADD, descriptor, events, token);
}

int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_MOD, descriptor, events, token);
}

int clinux_epoll_remove(int epoll, int descriptor) { return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0); }

const void *clinux_find(const void *bytes, size_t size, const void *wanted, size_t length) {
  return memmem(bytes, size, wanted, length);
}

int clinux_scratch_file(const char *directory) {
  int descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)) return descriptor;
  char path[4096];
  if ((size_t)snprintf(path, sizeof path, "%s/preau.XXXXXX", directory) >= sizeof path) return errno = ENAMETOOLONG, -1;
  descriptor = mkostemp(path, O_CLOEXEC);
  if (descriptor >= 0) unlink(path);
  return descriptor;
}

ssize_t clinux_read_at_once(int descriptor, void *bytes, size_t count, off_t offset) {
  struct iovec part = {.iov_base = bytes, .iov_len = count};
  return preadv2(descriptor, &part, 1, offset, RWF_NOWAIT);
}

int clinux_become_ward(void) {
  return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) | prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) |
         prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
