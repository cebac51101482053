#pragma once
// The low-level SHA-256 calls are deprecated since OpenSSL 3.0 in favour of EVP, which fetches an algorithm and allocates a
// context on each use: several times the cost of hashing the 100 bytes of a cookie. They stay in libcrypto 3.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
