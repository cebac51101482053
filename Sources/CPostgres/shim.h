#pragma once
#include <libpq-fe.h>
#include <string.h>

// PGcancel as libpq 14 to 16 lay it out (libpq-int.h). libpq before 17 can only send a cancel request by blocking, so we
// send it ourselves and need the key that it keeps there. The process id beside it, which libpq also gives by a public
// call, tells whether the layout is the one we think.
struct preau_pg_cancel {
  long long address[17];  // struct sockaddr_storage and its length, padded
  int process;
  int key;
};

// The secret key of the connection's backend: 1 and the key, or 0 when this libpq keeps it some other way.
static inline int preau_pg_key(PGconn *connection, int *key) {
  struct preau_pg_cancel copy;
  if (PQlibVersion() < 140000 || PQlibVersion() >= 170000) return 0;
  PGcancel *cancel = PQgetCancel(connection);
  if (!cancel) return 0;
  memcpy(&copy, cancel, sizeof copy);
  PQfreeCancel(cancel);
  if (copy.process != PQbackendPID(connection)) return 0;
  *key = copy.key;
  return 1;
}
