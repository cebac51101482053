#pragma once
// What the files of this module share; not for Swift, which knows nothing of libxml2.
#include <libxml/tree.h>

#define CLASSO_SIGNATURES "http://www.w3.org/2000/09/xmldsig#"
#define CLASSO_PROTOCOL "urn:oasis:names:tc:SAML:2.0:protocol"
#define CLASSO_ASSERTIONS "urn:oasis:names:tc:SAML:2.0:assertion"
#define CLASSO_METADATA "urn:oasis:names:tc:SAML:2.0:metadata"
#define CLASSO_ENCRYPTION "http://www.w3.org/2001/04/xmlenc#"

enum { CLASSO_MOST_ELEMENTS = 5000, CLASSO_DEEPEST = 40, CLASSO_MOST_IDS = 64 };

// NULL for what is not well-formed. Entities are never replaced, nothing is fetched.
xmlDoc *classo_parsed(const char *document);
int classo_is(const xmlNode *node, const char *name, const char *space);
// The first child of that name.
xmlNode *classo_child(xmlNode *node, const char *name, const char *space);
// A copy of an attribute without namespace, or NULL; freed with g_free.
char *classo_attribute_of(xmlNode *node, const char *name);
// Whether an element of a signature names an algorithm that is allowed; true for every other element.
int classo_is_allowed(xmlNode *node);
// libxml2 takes xml:id for an identifier by itself: what a signature is over could then be another element.
int classo_has_xml_id(xmlNode *node);
// The next node in the order of the document, or NULL after the last one below `root`.
xmlNode *classo_next(xmlNode *node, xmlNode *root, int *depth);
// Whether the signature is over this very element, made with the key of one of the certificates (base64 of DER).
int classo_is_verified(xmlNode *signed_node, xmlNode *signature, const char *const *certificates, int count);
