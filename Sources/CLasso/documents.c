// Documents of strangers before anything of them is believed, and our own once they are signed.
#include "documents.h"

#include "classo.h"

#include <lasso/key.h>
#include <lasso/lasso.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

static const char ENVELOPES[] = "http://schemas.xmlsoap.org/soap/envelope/";

xmlDoc *classo_parsed(const char *document) {
  // XML_PARSE_HUGE stays off: libxml2's own limits hold. Entities are never replaced, nothing is fetched.
  return xmlReadMemory(document, (int)strlen(document), NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NODICT);
}

int classo_is(const xmlNode *node, const char *name, const char *space) {
  return node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
         strcmp((const char *)node->name, name) == 0 && strcmp((const char *)node->ns->href, space) == 0;
}

xmlNode *classo_child(xmlNode *node, const char *name, const char *space) {
  for (xmlNode *each = node ? node->children : NULL; each; each = each->next)
    if (classo_is(each, name, space)) return each;
  return NULL;
}

char *classo_attribute_of(xmlNode *node, const char *name) {
  xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);
  char *copy = value ? g_strdup((const char *)value) : NULL;
  xmlFree(value);
  return copy;
}

int classo_is_allowed(xmlNode *node) {
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
  for (size_t index = 0; index < G_N_ELEMENTS(names); index++) matters |= classo_is(node, names[index], CLASSO_SIGNATURES);
  if (!matters) return 1;
  char *given = classo_attribute_of(node, "Algorithm");
  int found = 0;
  for (size_t index = 0; given && index < G_N_ELEMENTS(algorithms); index++)
    found |= strcmp(given, algorithms[index]) == 0;
  g_free(given);
  return found;
}

int classo_has_xml_id(xmlNode *node) { return xmlHasNsProp(node, (const xmlChar *)"id", XML_XML_NAMESPACE) != NULL; }

xmlNode *classo_next(xmlNode *node, xmlNode *root, int *depth) {
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
  if (!classo_is(root, "Envelope", ENVELOPES)) return NULL;
  xmlNode *body = classo_child(root, "Body", ENVELOPES), *found = NULL;
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
  char *identifiers[CLASSO_MOST_IDS] = {NULL}, *own = NULL;
  xmlDoc *document = classo_parsed(text);
  if (!document) return __LINE__;
  xmlNode *root = xmlDocGetRootElement(document), *message = message_of(document, is_soap);
  if (!message || document->intSubset || document->extSubset || root->prev || root->next) goto done;
  result = __LINE__;
  if (!message->ns || !message->ns->href || strcmp((const char *)message->ns->href, CLASSO_PROTOCOL) != 0) goto done;
  own = classo_attribute_of(message, "ID");
  for (xmlNode *node = root; node; node = classo_next(node, root, &depth)) {
    result = __LINE__;
    if (depth > CLASSO_DEEPEST) goto done;
    if (node->type == XML_TEXT_NODE) continue;
    result = __LINE__;
    if (node->type != XML_ELEMENT_NODE || ++elements > CLASSO_MOST_ELEMENTS || !classo_is_allowed(node)) goto done;
    result = __LINE__;
    if (classo_has_xml_id(node)) goto done;
    if (classo_is(node, "Signature", CLASSO_SIGNATURES)) {
      result = __LINE__;
      if (++signatures > 1 || node->parent != message) goto done;
    }
    if (classo_is(node, "Reference", CLASSO_SIGNATURES)) {
      char *target = classo_attribute_of(node, "URI");
      int fits = own && target && target[0] == '#' && strcmp(target + 1, own) == 0;
      g_free(target);
      result = __LINE__;
      if (!fits) goto done;
    }
    char *identifier = classo_attribute_of(node, "ID");
    if (!identifier) continue;
    for (int index = 0; index < count; index++) {
      if (strcmp(identifiers[index], identifier) != 0) continue;
      g_free(identifier);
      result = __LINE__;
      goto done;
    }
    result = __LINE__;
    if (count == CLASSO_MOST_IDS) {
      g_free(identifier);
      goto done;
    }
    identifiers[count++] = identifier;
  }
  xmlNode *issuer = classo_child(message, "Issuer", CLASSO_ASSERTIONS);
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

static LassoKey *signing_key(const char *key, const char *certificate) {
  return lasso_key_new_for_signature_from_memory(
      key, strlen(key), NULL, LASSO_SIGNATURE_METHOD_RSA_SHA256, (char *)certificate);
}

char *classo_sign_document(const char *document, const char *id, const char *key, const char *certificate) {
  char *result = NULL;
  LassoKey *signer = signing_key(key, certificate);
  xmlDoc *read = classo_parsed(document);
  xmlNode *root = read ? xmlDocGetRootElement(read) : NULL;
  if (signer && root) {
    // lasso takes the element out of its document to sign it, and gives it back with none.
    xmlNode *made = lasso_key_saml2_xml_sign(signer, id, root);
    if (made) {
      if (!made->parent) xmlDocSetRootElement(read, made);
      // It is put last; the schemas want it first, or after the issuer. What is signed is without it, wherever it is.
      xmlNode *signature = classo_child(made, "Signature", CLASSO_SIGNATURES), *issuer = classo_child(made, "Issuer", CLASSO_ASSERTIONS);
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
  xmlDoc *document = classo_parsed(text);
  xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
  char *result = NULL;
  int depth = 0;
  for (xmlNode *node = root; node;) {
    xmlNode *following = classo_next(node, root, &depth);
    if (classo_is(node, "Signature", CLASSO_SIGNATURES) && node != root) {
      // What follows must not be inside of what goes.
      while (following && following != root) {
        xmlNode *above = following;
        while (above && above != node) above = above->parent;
        if (!above) break;
        following = classo_next(following, root, &depth);
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
