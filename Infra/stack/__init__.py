"""The development stack: PostgreSQL servers, Redis, Préau's own processes and HAProxy, on one machine."""
