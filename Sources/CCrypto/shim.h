#pragma once
// The low-level SHA-256 calls are deprecated since OpenSSL 3.0 in favour of EVP, which fetches an algorithm and allocates a
// context on each use: several times the cost of hashing the 100 bytes of a cookie. They stay in libcrypto 3.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

// What Swift cannot call by itself: variadic functions and macros.

static inline EVP_PKEY *ccrypto_generate_rsa(size_t bits) { return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits); }
static inline EVP_PKEY *ccrypto_generate_p256(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"); }
static inline EVP_PKEY *ccrypto_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

// The order of these is that of Swift's `SignatureAlgorithm.code`.
enum { ccrypto_none, ccrypto_rsa, ccrypto_p256, ccrypto_ed25519 };

// Which of ours a key is; 0 for every other.
static inline int ccrypto_kind(const EVP_PKEY *key) {
  if (EVP_PKEY_is_a(key, "RSA")) return EVP_PKEY_get_bits(key) >= 2048 ? ccrypto_rsa : ccrypto_none;
  if (EVP_PKEY_is_a(key, "ED25519")) return ccrypto_ed25519;
  if (!EVP_PKEY_is_a(key, "EC")) return ccrypto_none;
  char group[32] = {0};
  size_t length = 0;
  if (!EVP_PKEY_get_group_name(key, group, sizeof group, &length)) return ccrypto_none;
  return OPENSSL_strcasecmp(group, "prime256v1") == 0 || OPENSSL_strcasecmp(group, "P-256") == 0 ? ccrypto_p256
                                                                                                 : ccrypto_none;
}

static inline EVP_PKEY *ccrypto_from_parameters(const char *type, OSSL_PARAM_BLD *builder) {
  EVP_PKEY *key = NULL;
  OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
  if (parameters && context && EVP_PKEY_fromdata_init(context) > 0) {
    if (EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) <= 0) key = NULL;
  }
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  return key;
}

static inline EVP_PKEY *ccrypto_public_rsa(const unsigned char *n, size_t n_size, const unsigned char *e, size_t e_size) {
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  BIGNUM *modulus = BN_bin2bn(n, (int)n_size, NULL), *exponent = BN_bin2bn(e, (int)e_size, NULL);
  EVP_PKEY *key = NULL;
  if (builder && modulus && exponent && OSSL_PARAM_BLD_push_BN(builder, "n", modulus) &&
      OSSL_PARAM_BLD_push_BN(builder, "e", exponent))
    key = ccrypto_from_parameters("RSA", builder);
  OSSL_PARAM_BLD_free(builder);
  BN_free(modulus);
  BN_free(exponent);
  return key;
}

// A point that is not on the curve is refused by libcrypto.
static inline EVP_PKEY *ccrypto_public_p256(const unsigned char point[65]) {
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  EVP_PKEY *key = NULL;
  if (builder && OSSL_PARAM_BLD_push_utf8_string(builder, "group", "P-256", 0) &&
      OSSL_PARAM_BLD_push_octet_string(builder, "pub", point, 65))
    key = ccrypto_from_parameters("EC", builder);
  OSSL_PARAM_BLD_free(builder);
  return key;
}

// `count` bytes of one of the numbers of an RSA key; the length when `into` is null, 0 when there is none.
static inline int ccrypto_rsa_number(const EVP_PKEY *key, const char *name, unsigned char *into) {
  BIGNUM *number = NULL;
  if (!EVP_PKEY_get_bn_param(key, name, &number)) return 0;
  int count = into ? BN_bn2bin(number, into) : BN_num_bytes(number);
  BN_free(number);
  return count;
}

static inline int ccrypto_p256_point(EVP_PKEY *key, unsigned char point[65]) {
  size_t count = 0;
  if (!EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed")) return 0;
  return EVP_PKEY_get_octet_string_param(key, "pub", point, 65, &count) && count == 65 && point[0] == 4;
}

// Signs, the whole message at once; P-256 has a way of its own. 0 when it failed.
static inline size_t ccrypto_sign(EVP_PKEY *key, int kind, const unsigned char *message, size_t count,
                                  unsigned char signature[1024]) {
  size_t size = 1024, result = 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  const EVP_MD *digest = kind == ccrypto_ed25519 ? NULL : EVP_sha256();
  if (context && EVP_DigestSignInit(context, NULL, digest, NULL, key) > 0 &&
      EVP_DigestSign(context, signature, &size, message, count) > 0)
    result = size;
  EVP_MD_CTX_free(context);
  return result;
}

// A P-256 key as libcrypto's older interface has it, to be asked for once: signing by it fetches no algorithm and makes no context,
// which is a sixth of the time of a signature. Null for every other key; freed by EC_KEY_free.
static inline EC_KEY *ccrypto_p256_key(EVP_PKEY *key, int kind) {
  return kind == ccrypto_p256 ? EVP_PKEY_get1_EC_KEY(key) : NULL;
}

// Of a SHA-256: r and s, 64 bytes (RFC 7518 §3.4). 0 when it failed.
static inline size_t ccrypto_sign_p256(EC_KEY *key, const unsigned char digest[32], unsigned char signature[64]) {
  ECDSA_SIG *pair = ECDSA_do_sign(digest, 32, key);
  if (!pair) return 0;
  const BIGNUM *r = NULL, *s = NULL;
  ECDSA_SIG_get0(pair, &r, &s);
  size_t result = BN_bn2binpad(r, signature, 32) == 32 && BN_bn2binpad(s, signature + 32, 32) == 32 ? 64 : 0;
  ECDSA_SIG_free(pair);
  return result;
}

// `is_der`: a P-256 signature as X9.62 writes it rather than r and s.
static inline int ccrypto_verify(EVP_PKEY *key, int kind, int is_der, const unsigned char *message, size_t count,
                                 const unsigned char *signature, size_t size) {
  unsigned char *der = NULL;
  if (kind == ccrypto_p256 && !is_der) {
    if (size != 64) return 0;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
    if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s)) {
      ECDSA_SIG_free(pair);
      BN_free(r);
      BN_free(s);
      return 0;
    }
    int length = i2d_ECDSA_SIG(pair, &der);
    ECDSA_SIG_free(pair);
    if (length <= 0) return 0;
    signature = der;
    size = (size_t)length;
  }
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  const EVP_MD *digest = kind == ccrypto_ed25519 ? NULL : EVP_sha256();
  int good = context && EVP_DigestVerifyInit(context, NULL, digest, NULL, key) > 0 &&
             EVP_DigestVerify(context, signature, size, message, count) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  // What a refused signature leaves in the thread's queue of errors is nobody's.
  ERR_clear_error();
  return good;
}

static inline int ccrypto_hmac_sha1(const unsigned char *key, int key_size, const unsigned char *message, size_t count,
                                    unsigned char code[20]) {
  unsigned size = 0;
  return HMAC(EVP_sha1(), key, key_size, message, count, code, &size) != NULL && size == 20;
}

// A certificate that a key makes for itself, in DER: the same bytes each time, since the number and the times are given and a
// signature of RSA with PKCS #1 v1.5 holds nothing random. 0 when it cannot be made, else its length; freed by OPENSSL_free.
static inline int ccrypto_own_certificate(EVP_PKEY *key, const char *name, const unsigned char number[16],
                                          const char *from, const char *until, unsigned char **into) {
  int count = 0;
  *into = NULL;
  X509 *certificate = X509_new();
  BIGNUM *serial = BN_bin2bn(number, 16, NULL);
  X509_NAME *subject = certificate ? X509_get_subject_name(certificate) : NULL;
  if (subject && serial && BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) &&
      X509_set_version(certificate, 2) && ASN1_TIME_set_string(X509_getm_notBefore(certificate), from) &&
      ASN1_TIME_set_string(X509_getm_notAfter(certificate), until) &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) &&
      X509_set_issuer_name(certificate, subject) && X509_set_pubkey(certificate, key) &&
      X509_sign(certificate, key, EVP_sha256()) > 0)
    count = i2d_X509(certificate, into);
  BN_free(serial);
  X509_free(certificate);
  return count > 0 ? count : 0;
}

// RSA-OAEP (RFC 8017). -1 when it is not what was encrypted for this key, else the length; `into` has room for 1024 bytes.
static inline int ccrypto_open_oaep(EVP_PKEY *key, const char *digest, const char *mask, const unsigned char *cipher,
                                    size_t size, unsigned char into[1024]) {
  size_t count = 1024;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
  int good = context && EVP_PKEY_decrypt_init(context) > 0 &&
             EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
             EVP_PKEY_CTX_set_rsa_oaep_md_name(context, digest, NULL) > 0 &&
             EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, mask, NULL) > 0 &&
             EVP_PKEY_decrypt(context, into, &count, cipher, size) > 0;
  EVP_PKEY_CTX_free(context);
  ERR_clear_error();
  return good ? (int)count : -1;
}
