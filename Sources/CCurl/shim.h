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
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, request->receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, request->context);
  CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_OK) curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, status);
  curl_easy_cleanup(handle);
  return (int)code;
}

static inline int ccurl_start(void) { return (int)curl_global_init(CURL_GLOBAL_DEFAULT); }
