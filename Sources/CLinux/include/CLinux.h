// What Swift's Glibc module does not show: epoll, eventfd, signalfd, and a thread-local pointer.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

// The event loop that the calling thread runs, or null. One word of thread-local storage: cheaper than a pthread key
// lookup through Swift, and asked for on every job.
void *clinux_thread_loop(void);
void clinux_set_thread_loop(void *loop);

// Names the calling thread for `top -H`, perf and gdb; at most 15 bytes.
void clinux_name_thread(const char *name);

// Lets others go first where processors are short: the calling thread alone, by so much (0 to 19).
void clinux_step_back(int niceness);

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int descriptor);

// memmem(3), which glibc shows to GNU sources only.
const void *clinux_find(const void *bytes, size_t size, const void *wanted, size_t length);

// A file without a name in a directory, gone with its last descriptor; -1 with errno.
int clinux_scratch_file(const char *directory);

// What the page cache has of a range, without waiting for a disk: -1 with EAGAIN when it has nothing.
ssize_t clinux_read_at_once(int descriptor, void *bytes, size_t count, off_t offset);

// For a process that another one looks after: ends with it, never gains rights, and leaves no image of its memory behind.
// 0 when all of it took.
int clinux_become_ward(void);
