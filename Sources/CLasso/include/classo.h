#pragma once
// The part of lasso that Préau uses, in plain C: what its headers want of GLib, libxml2 and xmlsec stays in the .c files. Texts
// are UTF-8 and end with a zero; what a function gives back is freed with the function named beside it. One thread only.

// Once, before anything else: 0 when lasso is ready. Signatures weaker than RSA with SHA-256 are refused from then on.
int classo_start(void);

enum classo_signature { classo_signed, classo_unsigned, classo_wrongly_signed };

// What a partner's message says; fields that it does not have are NULL, numbers -1.
typedef struct classo_message {
  enum classo_signature signature;
  char *id, *version, *issuer, *issue_instant, *destination;
  // AuthnRequest
  char *consumer_url, *binding, *name_id_format, *comparison;
  char *classes;  // one a line
  int consumer_index, forces, is_passive;
  // LogoutRequest
  char *name_id, *name_id_kind, *not_on_or_after;
  char *session_indexes;  // one a line
} classo_message;

void classo_free_message(classo_message *message);
void classo_free(void *text);

// What a document is before anything of it is believed. One that two readers could understand differently is refused: a DTD,
// an entity, a comment, a processing instruction, an ID twice, a signature that is not of the message itself, more than one
// signature, an algorithm outside the list. 0, or a line of documents.c.
typedef struct classo_outline {
  char *name;  // of the message: AuthnRequest, LogoutRequest …
  char *issuer;
  int is_soap, is_signed;
} classo_outline;

int classo_outline_of(const char *document, int is_soap, classo_outline *outline);
void classo_free_outline(classo_outline *outline);

// What is used of the metadata of a service provider, or of an identity provider, one fact a line, its parts set apart by tabs;
// NULL for anything else: entity ID · requests-signed · key USE BASE64 · consumer INDEX DEFAULT BINDING LOCATION ·
// sign-on BINDING LOCATION · logout BINDING LOCATION RESPONSE · format URN. Freed with classo_free.
char *classo_facts_of_metadata(const char *document, int is_provider);

// An identity provider's answer, held against rules that leave no room for a second reading, and what is under a signature made
// with one of the certificates (base64 of DER). `fields`: a line for each text, its name, a space and its base64; freed with
// classo_free. Without a certificate only what the message says of itself: issuer, in_response_to, id. 0, or a line of
// responses.c.
int classo_read_response(const char *document, const char *const *certificates, int count, char **fields);
// The same of an assertion by itself, which was encrypted. `needs_signature`: nothing around it was signed.
int classo_read_assertion(const char *document, const char *const *certificates, int count, int needs_signature, char **fields);

// Read and verify a message of the partner whose metadata this is: a query as it came, or the base64 of a form. 0, or lasso's
// own number for what is wrong; an absent or wrong signature is no error here, `signature` tells it.
int classo_read_authn_request(const char *provider, const char *partner, const char *text, classo_message *message);
// Also a SOAP envelope. An unsigned query is an error here: nobody is signed out for strangers.
// `of_provider`: the partner is an identity provider.
int classo_read_logout_request(const char *provider, const char *partner, const char *text, int of_provider,
                               classo_message *message);
// 0 when lasso can use it: its keys load, its addresses are there.
int classo_check_partner(const char *metadata);

typedef struct classo_attribute {
  const char *name;
  const char *const *values;
  int count;
} classo_attribute;

// An answer to a request for authentication. Without `success` it says why not, and nothing of anybody.
typedef struct classo_answer {
  const char *provider, *partner, *key, *certificate;
  const char *in_response_to, *consumer_url;
  const char *status, *substatus;  // NULL: success
  const char *name_id, *name_id_format, *name_id_qualifier;
  const char *session_index, *session_end, *instant, *authenticated_at, *not_before, *not_after, *context;
  const classo_attribute *attributes;
  int attribute_count;
  int is_encrypted;
} classo_answer;

// base64 of a Response for a form, or NULL with lasso's number in `error`; freed with classo_free.
char *classo_answer_text(const classo_answer *answer, int *error);

// The document with an enveloped signature over the element that has this ID; NULL when it cannot be signed.
char *classo_sign_document(const char *document, const char *id, const char *key, const char *certificate);
// The same document without any signature: shown, it is worth nothing. Freed with classo_free.
char *classo_without_signatures(const char *document);
// The query with SigAlg and Signature.
char *classo_sign_query(const char *query, const char *key);
