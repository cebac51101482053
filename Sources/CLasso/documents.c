// Documents of strangers before anything of them is believed, and our own once they are signed.
#include "classo.h"

#include <lasso/key.h>
#include <lasso/lasso.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

static const char SIGNATURES[] = "http://www.w3.org/2000/09/xmldsig#";
static const char PROTOCOL[] = "urn:oasis:names:tc:SAML:2.0:protocol";
static const char ASSERTIONS[] = "urn:oasis:names:tc:SAML:2.0:assertion";
static const char METADATA[] = "urn:oasis:names:tc:SAML:2.0:metadata";
static const char ENVELOPES[] = "http://schemas.xmlsoap.org/soap/envelope/";

enum { MOST_ELEMENTS = 5000, DEEPEST = 40, MOST_IDS = 64 };

static xmlDoc *parsed(const char *document) {
  // XML_PARSE_HUGE stays off: libxml2's own limits hold. Entities are never replaced, nothing is fetched.
  return xmlReadMemory(document, (int)strlen(document), NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NODICT);
}

static int is(const xmlNode *node, const char *name, const char *space) {
  return node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
         strcmp((const char *)node->name, name) == 0 && strcmp((const char *)node->ns->href, space) == 0;
}

static xmlNode *child(xmlNode *node, const char *name, const char *space) {
  for (xmlNode *each = node ? node->children : NULL; each; each = each->next)
    if (is(each, name, space)) return each;
  return NULL;
}

static char *attribute(xmlNode *node, const char *name) {
  xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);
  char *copy = value ? g_strdup((const char *)value) : NULL;
  xmlFree(value);
  return copy;
}

static int is_allowed(xmlNode *node) {
  static const char *const names[] = {"SignatureMethod", "DigestMethod", "Transform", "CanonicalizationMethod"};
  static const char *const algorithms[] = {
      "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
      "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
      "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
      "http://www.w3.org/2001/04/xmlenc#sha256",
      "http://www.w3.org/2001/04/xmldsig-more#sha384",
      "http://www.w3.org/2001/04/xmlenc#sha512",
      "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
      "http://www.w3.org/2001/10/xml-exc-c14n#",
  };
  int matters = 0;
  for (size_t index = 0; index < G_N_ELEMENTS(names); index++) matters |= is(node, names[index], SIGNATURES);
  if (!matters) return 1;
  char *given = attribute(node, "Algorithm");
  int found = 0;
  for (size_t index = 0; given && index < G_N_ELEMENTS(algorithms); index++)
    found |= strcmp(given, algorithms[index]) == 0;
  g_free(given);
  return found;
}

static xmlNode *next_of(xmlNode *node, xmlNode *root, int *depth) {
  if (node->children && node->type == XML_ELEMENT_NODE) {
    ++*depth;
    return node->children;
  }
  while (node != root && !node->next) {
    node = node->parent;
    --*depth;
  }
  return node == root ? NULL : node->next;
}

// The message of a document: its root, or what a SOAP envelope holds, alone.
static xmlNode *message_of(xmlDoc *document, int is_soap) {
  xmlNode *root = xmlDocGetRootElement(document);
  if (!root || !is_soap) return root;
  if (!is(root, "Envelope", ENVELOPES)) return NULL;
  xmlNode *body = child(root, "Body", ENVELOPES), *found = NULL;
  for (xmlNode *each = body ? body->children : NULL; each; each = each->next) {
    if (each->type != XML_ELEMENT_NODE) continue;
    if (found) return NULL;
    found = each;
  }
  return found;
}

void classo_free_outline(classo_outline *outline) {
  g_free(outline->name);
  g_free(outline->issuer);
  memset(outline, 0, sizeof *outline);
}

int classo_outline_of(const char *text, int is_soap, classo_outline *outline) {
  memset(outline, 0, sizeof *outline);
  int result = __LINE__, elements = 0, depth = 0, signatures = 0, count = 0;
  char *identifiers[MOST_IDS] = {NULL}, *own = NULL;
  xmlDoc *document = parsed(text);
  if (!document) return __LINE__;
  xmlNode *root = xmlDocGetRootElement(document), *message = message_of(document, is_soap);
  if (!message || document->intSubset || document->extSubset || root->prev || root->next) goto done;
  result = __LINE__;
  if (!message->ns || !message->ns->href || strcmp((const char *)message->ns->href, PROTOCOL) != 0) goto done;
  own = attribute(message, "ID");
  for (xmlNode *node = root; node; node = next_of(node, root, &depth)) {
    result = __LINE__;
    if (depth > DEEPEST) goto done;
    if (node->type == XML_TEXT_NODE) continue;
    result = __LINE__;
    if (node->type != XML_ELEMENT_NODE || ++elements > MOST_ELEMENTS || !is_allowed(node)) goto done;
    if (is(node, "Signature", SIGNATURES)) {
      result = __LINE__;
      if (++signatures > 1 || node->parent != message) goto done;
    }
    if (is(node, "Reference", SIGNATURES)) {
      char *target = attribute(node, "URI");
      int fits = own && target && target[0] == '#' && strcmp(target + 1, own) == 0;
      g_free(target);
      result = __LINE__;
      if (!fits) goto done;
    }
    char *identifier = attribute(node, "ID");
    if (!identifier) continue;
    for (int index = 0; index < count; index++) {
      if (strcmp(identifiers[index], identifier) != 0) continue;
      g_free(identifier);
      result = __LINE__;
      goto done;
    }
    result = __LINE__;
    if (count == MOST_IDS) {
      g_free(identifier);
      goto done;
    }
    identifiers[count++] = identifier;
  }
  xmlNode *issuer = child(message, "Issuer", ASSERTIONS);
  outline->name = g_strdup((const char *)message->name);
  if (issuer) {
    xmlChar *content = xmlNodeGetContent(issuer);
    outline->issuer = g_strdup((const char *)content);
    g_strstrip(outline->issuer);
    xmlFree(content);
  }
  outline->is_signed = signatures == 1;
  outline->is_soap = is_soap;
  result = 0;
done:
  for (int index = 0; index < count; index++) g_free(identifiers[index]);
  g_free(own);
  xmlFreeDoc(document);
  if (result != 0) classo_free_outline(outline);
  return result;
}

// A fact that has a control character in it is none of ours: the line would be two.
static void fact(GString *facts, int *is_bad, int count, const char *const *parts) {
  for (int index = 0; index < count; index++) {
    const char *part = parts[index] ? parts[index] : "";
    for (const char *byte = part; *byte; byte++)
      if ((unsigned char)*byte < 0x20) *is_bad = 1;
    if (index) g_string_append_c(facts, '\t');
    g_string_append(facts, part);
  }
  g_string_append_c(facts, '\n');
}

static void key_fact(GString *facts, int *is_bad, xmlNode *descriptor) {
  char *use = attribute(descriptor, "use");
  xmlNode *data = child(child(descriptor, "KeyInfo", SIGNATURES), "X509Data", SIGNATURES);
  xmlNode *certificate = child(data, "X509Certificate", SIGNATURES);
  if (certificate) {
    xmlChar *content = xmlNodeGetContent(certificate);
    GString *compact = g_string_new(NULL);
    for (const xmlChar *byte = content; byte && *byte; byte++)
      if (!g_ascii_isspace(*byte)) g_string_append_c(compact, (char)*byte);
    fact(facts, is_bad, 3, (const char *const[]){"key", use ? use : "both", compact->str});
    g_string_free(compact, TRUE);
    xmlFree(content);
  }
  g_free(use);
}

char *classo_facts_of_metadata(const char *text) {
  xmlDoc *document = parsed(text);
  if (!document) return NULL;
  xmlNode *root = xmlDocGetRootElement(document);
  xmlNode *role = root && is(root, "EntityDescriptor", METADATA) ? child(root, "SPSSODescriptor", METADATA) : NULL;
  if (!role || document->intSubset || document->extSubset) {
    xmlFreeDoc(document);
    return NULL;
  }
  GString *facts = g_string_new(NULL);
  int is_bad = 0, count = 0;
  char *entity = attribute(root, "entityID"), *sign = attribute(role, "AuthnRequestsSigned");
  fact(facts, &is_bad, 2, (const char *const[]){"entity", entity});
  if (sign && (strcmp(sign, "true") == 0 || strcmp(sign, "1") == 0))
    fact(facts, &is_bad, 1, (const char *const[]){"requests-signed"});
  g_free(entity);
  g_free(sign);
  for (xmlNode *node = role->children; node && count < 100; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    count++;
    if (is(node, "KeyDescriptor", METADATA)) {
      key_fact(facts, &is_bad, node);
    } else if (is(node, "NameIDFormat", METADATA)) {
      xmlChar *content = xmlNodeGetContent(node);
      char *format = g_strstrip(g_strdup((const char *)content));
      fact(facts, &is_bad, 2, (const char *const[]){"format", format});
      g_free(format);
      xmlFree(content);
    } else if (is(node, "AssertionConsumerService", METADATA) || is(node, "SingleLogoutService", METADATA)) {
      char *binding = attribute(node, "Binding"), *location = attribute(node, "Location");
      char *index = attribute(node, "index"), *first = attribute(node, "isDefault");
      char *response = attribute(node, "ResponseLocation");
      int is_first = first && (strcmp(first, "true") == 0 || strcmp(first, "1") == 0);
      if (is(node, "AssertionConsumerService", METADATA))
        fact(facts, &is_bad, 5, (const char *const[]){"consumer", index, is_first ? "1" : "0", binding, location});
      else
        fact(facts, &is_bad, 4, (const char *const[]){"logout", binding, location, response});
      g_free(binding), g_free(location), g_free(index), g_free(first), g_free(response);
    }
  }
  xmlFreeDoc(document);
  return g_string_free(facts, is_bad);
}

static LassoKey *signing_key(const char *key, const char *certificate) {
  return lasso_key_new_for_signature_from_memory(
      key, strlen(key), NULL, LASSO_SIGNATURE_METHOD_RSA_SHA256, (char *)certificate);
}

char *classo_sign_document(const char *document, const char *id, const char *key, const char *certificate) {
  char *result = NULL;
  LassoKey *signer = signing_key(key, certificate);
  xmlDoc *read = parsed(document);
  xmlNode *root = read ? xmlDocGetRootElement(read) : NULL;
  if (signer && root) {
    // lasso takes the element out of its document to sign it, and gives it back with none.
    xmlNode *made = lasso_key_saml2_xml_sign(signer, id, root);
    if (made) {
      if (!made->parent) xmlDocSetRootElement(read, made);
      // It is put last; the schemas want it first, or after the issuer. What is signed is without it, wherever it is.
      xmlNode *signature = child(made, "Signature", SIGNATURES), *issuer = child(made, "Issuer", ASSERTIONS);
      if (signature) {
        xmlUnlinkNode(signature);
        if (issuer)
          xmlAddNextSibling(issuer, signature);
        else if (made->children)
          xmlAddPrevSibling(made->children, signature);
        else
          xmlAddChild(made, signature);
      }
      xmlBuffer *buffer = xmlBufferCreate();
      xmlNodeDump(buffer, read, made, 0, 0);
      result = g_strdup((const char *)xmlBufferContent(buffer));
      xmlBufferFree(buffer);
    }
  }
  if (read) xmlFreeDoc(read);
  if (signer) g_object_unref(signer);
  return result;
}

char *classo_without_signatures(const char *text) {
  xmlDoc *document = parsed(text);
  xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
  char *result = NULL;
  int depth = 0;
  for (xmlNode *node = root; node;) {
    xmlNode *following = next_of(node, root, &depth);
    if (is(node, "Signature", SIGNATURES) && node != root) {
      // What follows must not be inside of what goes.
      while (following && following != root) {
        xmlNode *above = following;
        while (above && above != node) above = above->parent;
        if (!above) break;
        following = next_of(following, root, &depth);
      }
      xmlUnlinkNode(node);
      xmlFreeNode(node);
    }
    node = following;
  }
  if (root) {
    xmlBuffer *buffer = xmlBufferCreate();
    xmlNodeDump(buffer, document, root, 0, 0);
    result = g_strdup((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
  }
  if (document) xmlFreeDoc(document);
  return result;
}

char *classo_sign_query(const char *query, const char *key) {
  LassoKey *signer = signing_key(key, NULL);
  if (!signer) return NULL;
  char *result = lasso_key_query_sign(signer, query);
  g_object_unref(signer);
  return result;
}
