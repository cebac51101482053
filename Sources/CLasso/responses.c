// Answers of identity providers. lasso would want the key that decrypts in the process that parses; here what is encrypted is
// handed on as it is, and signatures are verified in the very tree that is then read.
#include "documents.h"

#include "classo.h"

#include <glib.h>
#include <string.h>

enum { MOST_VALUES = 400 };

typedef struct reading {
  xmlNode *root, *assertion, *encrypted, *root_signature, *assertion_signature;
  GString *fields;
  int values;
} reading;

#define CHECK(condition) \
  if (!(condition)) return __LINE__

static void emit(reading *all, const char *name, const char *text) {
  if (!text) return;
  char *encoded = g_base64_encode((const guchar *)text, strlen(text));
  g_string_append_printf(all->fields, "%s %s\n", name, encoded);
  g_free(encoded);
}

static void emit_attribute(reading *all, const char *name, xmlNode *node, const char *attribute) {
  char *value = node ? classo_attribute_of(node, attribute) : NULL;
  emit(all, name, value);
  g_free(value);
}

static void emit_content(reading *all, const char *name, xmlNode *node) {
  if (!node) return;
  xmlChar *content = xmlNodeGetContent(node);
  char *text = g_strstrip(g_strdup((const char *)content));
  emit(all, name, text);
  g_free(text);
  xmlFree(content);
}

static int count_of(xmlNode *node, const char *name, const char *space) {
  int count = 0;
  for (xmlNode *each = node ? node->children : NULL; each; each = each->next) count += classo_is(each, name, space);
  return count;
}

static int is_own_reference(xmlNode *reference, xmlNode *signed_node) {
  char *target = classo_attribute_of(reference, "URI"), *own = classo_attribute_of(signed_node, "ID");
  int fits = target && own && own[0] && target[0] == '#' && strcmp(target + 1, own) == 0;
  g_free(target), g_free(own);
  return fits;
}

// A signature is of the message or of its assertion, and over the very element that it is in.
static int look_at_signature(reading *all, xmlNode *node) {
  xmlNode *parent = node->parent;
  CHECK(parent == all->root || parent == all->assertion);
  xmlNode **place = parent == all->assertion ? &all->assertion_signature : &all->root_signature;
  CHECK(!*place);
  *place = node;
  xmlNode *info = classo_child(node, "SignedInfo", CLASSO_SIGNATURES);
  CHECK(count_of(node, "SignedInfo", CLASSO_SIGNATURES) == 1);
  CHECK(count_of(info, "Reference", CLASSO_SIGNATURES) == 1);
  CHECK(is_own_reference(classo_child(info, "Reference", CLASSO_SIGNATURES), parent));
  return 0;
}

static int look_at_element(reading *all, xmlNode *node) {
  // How a key is encrypted has a digest of its own, which signs nothing.
  int is_of_encryption = node->parent && classo_is(node->parent, "EncryptionMethod", CLASSO_ENCRYPTION);
  CHECK(is_of_encryption || classo_is_allowed(node));
  CHECK(!classo_has_xml_id(node));
  CHECK(!classo_is(node, "Object", CLASSO_SIGNATURES) && !classo_is(node, "Manifest", CLASSO_SIGNATURES));
  CHECK(!classo_is(node, "EncryptedID", CLASSO_ASSERTIONS) && !classo_is(node, "EncryptedAttribute", CLASSO_ASSERTIONS));
  int is_encrypted = classo_is(node, "EncryptedAssertion", CLASSO_ASSERTIONS);
  if (is_encrypted || classo_is(node, "Assertion", CLASSO_ASSERTIONS)) {
    CHECK(node == all->root || (node->parent == all->root && all->root != all->assertion));
    CHECK(node == all->root || (!all->assertion && !all->encrypted));
    if (is_encrypted)
      all->encrypted = node;
    else
      all->assertion = node;
  }
  if (classo_is(node, "Signature", CLASSO_SIGNATURES)) return look_at_signature(all, node);
  return 0;
}

static int look_around(reading *all) {
  char *identifiers[CLASSO_MOST_IDS] = {NULL};
  int elements = 0, depth = 0, count = 0, result = 0;
  for (xmlNode *node = all->root; node && !result; node = classo_next(node, all->root, &depth)) {
    if (node->type == XML_TEXT_NODE) continue;
    if (node->type != XML_ELEMENT_NODE || depth > CLASSO_DEEPEST || ++elements > CLASSO_MOST_ELEMENTS) {
      result = __LINE__;
      break;
    }
    if ((result = look_at_element(all, node)) != 0) break;
    char *identifier = classo_attribute_of(node, "ID");
    if (!identifier) continue;
    for (int index = 0; index < count; index++)
      if (strcmp(identifiers[index], identifier) == 0) result = __LINE__;
    if (count == CLASSO_MOST_IDS) result = __LINE__;
    if (result)
      g_free(identifier);
    else
      identifiers[count++] = identifier;
  }
  for (int index = 0; index < count; index++) g_free(identifiers[index]);
  return result;
}

static int read_subject(reading *all) {
  CHECK(count_of(all->assertion, "Subject", CLASSO_ASSERTIONS) == 1);
  xmlNode *subject = classo_child(all->assertion, "Subject", CLASSO_ASSERTIONS);
  CHECK(count_of(subject, "NameID", CLASSO_ASSERTIONS) <= 1);
  xmlNode *name = classo_child(subject, "NameID", CLASSO_ASSERTIONS);
  emit_content(all, "name_id", name);
  emit_attribute(all, "name_id_format", name, "Format");
  emit_attribute(all, "name_qualifier", name, "NameQualifier");
  emit_attribute(all, "sp_name_qualifier", name, "SPNameQualifier");
  CHECK(count_of(subject, "SubjectConfirmation", CLASSO_ASSERTIONS) == 1);
  xmlNode *confirmation = classo_child(subject, "SubjectConfirmation", CLASSO_ASSERTIONS);
  xmlNode *data = classo_child(confirmation, "SubjectConfirmationData", CLASSO_ASSERTIONS);
  CHECK(count_of(confirmation, "SubjectConfirmationData", CLASSO_ASSERTIONS) == 1);
  emit_attribute(all, "method", confirmation, "Method");
  emit_attribute(all, "recipient", data, "Recipient");
  emit_attribute(all, "confirmation_in_response_to", data, "InResponseTo");
  emit_attribute(all, "confirmation_from", data, "NotBefore");
  emit_attribute(all, "confirmation_until", data, "NotOnOrAfter");
  return 0;
}

static int read_conditions(reading *all) {
  CHECK(count_of(all->assertion, "Conditions", CLASSO_ASSERTIONS) == 1);
  xmlNode *conditions = classo_child(all->assertion, "Conditions", CLASSO_ASSERTIONS);
  emit_attribute(all, "not_before", conditions, "NotBefore");
  emit_attribute(all, "not_after", conditions, "NotOnOrAfter");
  for (xmlNode *node = conditions->children; node; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    if (classo_is(node, "OneTimeUse", CLASSO_ASSERTIONS) || classo_is(node, "ProxyRestriction", CLASSO_ASSERTIONS)) continue;
    // A condition that nobody understands is one that is not met (SAML 2.0 Core §2.5.1).
    CHECK(classo_is(node, "AudienceRestriction", CLASSO_ASSERTIONS));
    emit(all, "restriction", "");
    for (xmlNode *each = node->children; each; each = each->next) {
      if (!classo_is(each, "Audience", CLASSO_ASSERTIONS)) continue;
      CHECK(++all->values <= MOST_VALUES);
      emit_content(all, "audience", each);
    }
  }
  return 0;
}

static int read_statements(reading *all) {
  CHECK(count_of(all->assertion, "AuthnStatement", CLASSO_ASSERTIONS) == 1);
  xmlNode *statement = classo_child(all->assertion, "AuthnStatement", CLASSO_ASSERTIONS);
  emit_attribute(all, "session_index", statement, "SessionIndex");
  emit_attribute(all, "session_end", statement, "SessionNotOnOrAfter");
  emit_attribute(all, "authenticated_at", statement, "AuthnInstant");
  emit_content(
      all, "context",
      classo_child(classo_child(statement, "AuthnContext", CLASSO_ASSERTIONS), "AuthnContextClassRef", CLASSO_ASSERTIONS));
  for (xmlNode *part = all->assertion->children; part; part = part->next) {
    if (!classo_is(part, "AttributeStatement", CLASSO_ASSERTIONS)) continue;
    for (xmlNode *node = part->children; node; node = node->next) {
      if (!classo_is(node, "Attribute", CLASSO_ASSERTIONS)) continue;
      CHECK(++all->values <= MOST_VALUES);
      emit_attribute(all, "attribute", node, "Name");
      emit_attribute(all, "friendly", node, "FriendlyName");
      for (xmlNode *value = node->children; value; value = value->next) {
        if (!classo_is(value, "AttributeValue", CLASSO_ASSERTIONS)) continue;
        CHECK(++all->values <= MOST_VALUES);
        emit_content(all, "value", value);
      }
    }
  }
  return 0;
}

static int read_assertion(reading *all) {
  emit_attribute(all, "assertion_id", all->assertion, "ID");
  emit_attribute(all, "assertion_version", all->assertion, "Version");
  emit_attribute(all, "assertion_issued", all->assertion, "IssueInstant");
  CHECK(count_of(all->assertion, "Issuer", CLASSO_ASSERTIONS) == 1);
  emit_content(all, "assertion_issuer", classo_child(all->assertion, "Issuer", CLASSO_ASSERTIONS));
  int result = read_subject(all);
  if (!result) result = read_conditions(all);
  return result ? result : read_statements(all);
}

static void read_encrypted(reading *all) {
  xmlNode *data = classo_child(all->encrypted, "EncryptedData", CLASSO_ENCRYPTION);
  xmlNode *method = classo_child(data, "EncryptionMethod", CLASSO_ENCRYPTION);
  // Beside the data or inside of what says how to open it; the first that is there.
  xmlNode *key = classo_child(classo_child(data, "KeyInfo", CLASSO_SIGNATURES), "EncryptedKey", CLASSO_ENCRYPTION);
  if (!key) key = classo_child(all->encrypted, "EncryptedKey", CLASSO_ENCRYPTION);
  xmlNode *transport = classo_child(key, "EncryptionMethod", CLASSO_ENCRYPTION), *mask = NULL;
  for (xmlNode *each = transport ? transport->children : NULL; each; each = each->next)
    if (each->type == XML_ELEMENT_NODE && strcmp((const char *)each->name, "MGF") == 0) mask = each;
  emit_attribute(all, "data_algorithm", method, "Algorithm");
  emit_attribute(all, "key_algorithm", transport, "Algorithm");
  emit_attribute(all, "key_digest", classo_child(transport, "DigestMethod", CLASSO_SIGNATURES), "Algorithm");
  emit_attribute(all, "key_mask", mask, "Algorithm");
  emit_content(
      all, "key_cipher",
      classo_child(classo_child(key, "CipherData", CLASSO_ENCRYPTION), "CipherValue", CLASSO_ENCRYPTION));
  emit_content(
      all, "data_cipher",
      classo_child(classo_child(data, "CipherData", CLASSO_ENCRYPTION), "CipherValue", CLASSO_ENCRYPTION));
}

static int read_response(reading *all, const char *const *certificates, int count) {
  CHECK(classo_is(all->root, "Response", CLASSO_PROTOCOL));
  int result = look_around(all);
  if (result) return result;
  CHECK(count_of(all->root, "Issuer", CLASSO_ASSERTIONS) <= 1 && count_of(all->root, "Status", CLASSO_PROTOCOL) == 1);
  emit_attribute(all, "id", all->root, "ID");
  emit_attribute(all, "in_response_to", all->root, "InResponseTo");
  emit_content(all, "issuer", classo_child(all->root, "Issuer", CLASSO_ASSERTIONS));
  if (count == 0) return 0;
  int is_signed = all->root_signature != NULL;
  CHECK(!is_signed || classo_is_verified(all->root, all->root_signature, certificates, count));
  // A signature that is there has to be right, also where another would do.
  CHECK(!all->assertion_signature || classo_is_verified(all->assertion, all->assertion_signature, certificates, count));
  if (is_signed) emit(all, "signed", "1");
  emit_attribute(all, "version", all->root, "Version");
  emit_attribute(all, "issued", all->root, "IssueInstant");
  emit_attribute(all, "destination", all->root, "Destination");
  xmlNode *code = classo_child(classo_child(all->root, "Status", CLASSO_PROTOCOL), "StatusCode", CLASSO_PROTOCOL);
  emit_attribute(all, "status", code, "Value");
  emit_attribute(all, "substatus", classo_child(code, "StatusCode", CLASSO_PROTOCOL), "Value");
  if (all->encrypted) read_encrypted(all);
  if (!all->assertion) return 0;
  // Nothing is said of anybody but under a signature.
  CHECK(is_signed || all->assertion_signature);
  return read_assertion(all);
}

static int read_document(
    const char *text, const char *const *certificates, int count, int is_alone, int needs_signature, char **fields) {
  *fields = NULL;
  xmlDoc *document = classo_parsed(text);
  if (!document) return __LINE__;
  reading all = {.root = xmlDocGetRootElement(document), .fields = g_string_new(NULL)};
  int result = __LINE__;
  if (!all.root || document->intSubset || document->extSubset || all.root->prev || all.root->next) goto done;
  if (!is_alone) {
    result = read_response(&all, certificates, count);
    goto done;
  }
  result = __LINE__;
  if (!classo_is(all.root, "Assertion", CLASSO_ASSERTIONS)) goto done;
  all.assertion = all.root;
  if ((result = look_around(&all)) != 0) goto done;
  result = __LINE__;
  if (needs_signature && !all.assertion_signature) goto done;
  if (all.assertion_signature && !classo_is_verified(all.root, all.assertion_signature, certificates, count)) goto done;
  result = read_assertion(&all);
done:
  *fields = g_string_free(all.fields, result != 0);
  xmlFreeDoc(document);
  return result;
}

int classo_read_response(const char *document, const char *const *certificates, int count, char **fields) {
  return read_document(document, certificates, count, 0, 0, fields);
}

int classo_read_assertion(
    const char *document, const char *const *certificates, int count, int needs_signature, char **fields) {
  return read_document(document, certificates, count, 1, needs_signature, fields);
}
