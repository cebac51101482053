#define _GNU_SOURCE
#include "CLinux.h"

#include <string.h>
#include <sys/prctl.h>

static __thread void *thread_loop;

void *clinux_thread_loop(void) { return thread_loop; }
void clinux_set_thread_loop(void *loop) { thread_loop = loop; }

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

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
