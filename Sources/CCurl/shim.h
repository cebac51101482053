// libcurl 7.88, and what Swift cannot call by itself: its variadic functions.
#pragma once
#include <curl/curl.h>
#include <stddef.h>
#include <string.h>

struct ccurl_request {
  const char *method;
  const char *url;
  const void *body;
  size_t body_size;
  // In place of `body`: gives it piece by piece, 0 at its end, CURL_READFUNC_ABORT to break off; `context` is its last argument.
  size_t (*give)(char *buffer, size_t size, size_t count, void *context);
  struct curl_slist *headers;
  // Whether plain HTTP is allowed beside HTTPS.
  int allow_plain;
  long connect_ms;
  long total_ms;
  size_t (*receive)(char *bytes, size_t size, size_t count, void *context);
  void *context;
};

// One exchange, redirects not followed, no cookie and no file kept. 0 when an answer came; its status is in `status`.
static inline int ccurl_perform(const struct ccurl_request *request, long *status) {
  CURL *handle = curl_easy_init();
  if (!handle) return CURLE_FAILED_INIT;
  curl_easy_setopt(handle, CURLOPT_URL, request->url);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, request->allow_plain ? "http,https" : "https");
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ms);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, request->total_ms);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, request->headers);
  if (request->body) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body);
  } else if (request->give) {
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, request->give);
    curl_easy_setopt(handle, CURLOPT_READDATA, request->context);
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, request->receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, request->context);
  CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_OK) curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
  curl_easy_cleanup(handle);
  return (int)code;
}

struct ccurl_mail_server {
  // smtp://host:port or smtps://host:port
  const char *url;
  // NULL: without signing in.
  const char *user;
  const char *password;
  // Whether nothing is said before the line is encrypted; smtps:// is from its beginning.
  int must_encrypt;
  long connect_ms;
  long total_ms;
};

// One connection for several mails. NULL when there is no memory.
static inline CURL *ccurl_mail_open(const struct ccurl_mail_server *server) {
  CURL *handle = curl_easy_init();
  if (!handle) return NULL;
  curl_easy_setopt(handle, CURLOPT_URL, server->url);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_USE_SSL, server->must_encrypt ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
  if (server->user) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, server->user);
    curl_easy_setopt(handle, CURLOPT_PASSWORD, server->password);
  }
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, server->connect_ms);
  curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, server->total_ms / 1000);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, server->total_ms);
  return handle;
}

// `read` gives the mail, with CRLF. 0 when the server took it; its last answer is in `status`, 0 when it never answered.
static inline int ccurl_mail_send(CURL *handle, const char *from, const char *to, size_t size,
                                  size_t (*read)(char *buffer, size_t size, size_t count, void *context), void *context,
                                  long *status) {
  struct curl_slist *recipients = curl_slist_append(NULL, to);
  if (!recipients) return CURLE_OUT_OF_MEMORY;
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from);
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, read);
  curl_easy_setopt(handle, CURLOPT_READDATA, context);
  curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
  CURLcode code = curl_easy_perform(handle);
  *status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, NULL);
  curl_slist_free_all(recipients);
  return (int)code;
}

static inline void ccurl_mail_close(CURL *handle) { curl_easy_cleanup(handle); }

static inline int ccurl_start(void) { return (int)curl_global_init(CURL_GLOBAL_DEFAULT); }
