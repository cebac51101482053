// libmicrohttpd 0.9.75, and what Swift cannot call by itself: variadic functions, enumerators, kernel structures.
#pragma once
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

static const enum MHD_Result cmhd_yes = MHD_YES;
static const enum MHD_Result cmhd_no = MHD_NO;
static const enum MHD_ConnectionNotificationCode cmhd_started = MHD_CONNECTION_NOTIFY_STARTED;
static const enum MHD_RequestTerminationCode cmhd_completed = MHD_REQUEST_TERMINATED_COMPLETED_OK;

// Flags of recv and send; their macros have no one type in Swift's Glibc.
static const int cmhd_dont_wait = MSG_DONTWAIT;
static const int cmhd_peek = MSG_PEEK | MSG_DONTWAIT;
static const int cmhd_send_now = MSG_NOSIGNAL | MSG_DONTWAIT;

struct cmhd_callbacks {
  MHD_AcceptPolicyCallback admit;
  MHD_NotifyConnectionCallback connection;
  // Called with the request target as it was sent, before libmicrohttpd decodes it in place.
  void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
  MHD_AccessHandlerCallback handle;
  MHD_RequestCompletedCallback completed;
  MHD_LogCallback complain;
};

// A daemon without thread on a socket that listens already, driven by MHD_run; null when refused.
static inline struct MHD_Daemon *cmhd_start(int listener, unsigned connections, size_t connection_memory, void *context,
                                            struct cmhd_callbacks callbacks) {
  unsigned flags = MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  return MHD_start_daemon(flags, 0, callbacks.admit, context, callbacks.handle, context,                     //
                          MHD_OPTION_EXTERNAL_LOGGER, callbacks.complain, context,                           //
                          MHD_OPTION_LISTEN_SOCKET, listener,                                                //
                          MHD_OPTION_CONNECTION_LIMIT, connections,                                          //
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,                             //
                          MHD_OPTION_CONNECTION_TIMEOUT, 0u,                                                 //
                          MHD_OPTION_NOTIFY_CONNECTION, callbacks.connection, context,                       //
                          MHD_OPTION_URI_LOG_CALLBACK, callbacks.target, context,                            //
                          MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, context, MHD_OPTION_END);
}

static inline int cmhd_epoll(struct MHD_Daemon *daemon) {
  return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

// Whether MHD_run has to be called again before sleeping: its epoll descriptor does not tell.
static inline int cmhd_has_work(struct MHD_Daemon *daemon) {
  MHD_UNSIGNED_LONG_LONG timeout;
  return MHD_get_timeout(daemon, &timeout) == MHD_YES && timeout == 0;
}

static inline void *cmhd_socket_context(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static inline int cmhd_socket(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static inline const struct sockaddr *cmhd_address(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

// Bytes from the first of the method to the end of the empty line, 0 when the block is not complete.
static inline size_t cmhd_head_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

static inline struct MHD_Response *cmhd_response_with_bytes(size_t count, const void *bytes) {
  return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

// No chunks for this response: one of unknown length ends with its connection.
static inline void cmhd_end_with_connection(struct MHD_Response *response) {
  MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}

// What a content reader returns at the end of its stream, and to break off.
static const ssize_t cmhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t cmhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
static const uint64_t cmhd_size_unknown = MHD_SIZE_UNKNOWN;

// Bytes of this connection that its peer has acknowledged since it was opened: grows as a slow reader reads. The field
// is not in glibc's struct tcp_info, and the kernel's header cannot stand beside glibc's: TCP_INFO is 11, and
// tcpi_bytes_acked the third 64-bit field after 8 bytes and 24 32-bit fields (linux/tcp.h, since Linux 4.1).
static inline uint64_t cmhd_bytes_acknowledged(int descriptor) {
  uint64_t info[16] = {0};
  socklen_t size = sizeof info;
  return getsockopt(descriptor, IPPROTO_TCP, 11, info, &size) == 0 ? info[15] : 0;
}

static inline void cmhd_set_time_limit(struct MHD_Connection *connection, unsigned seconds) {
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

static inline int cmhd_header_count(struct MHD_Connection *connection) {
  return MHD_get_connection_values(connection, MHD_HEADER_KIND, 0, 0);
}
