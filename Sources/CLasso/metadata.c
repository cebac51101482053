// What partners say of themselves: read once, where no key is, and kept as facts.
#include "documents.h"

#include "classo.h"

#include <glib.h>
#include <string.h>

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
  char *use = classo_attribute_of(descriptor, "use");
  xmlNode *data = classo_child(classo_child(descriptor, "KeyInfo", CLASSO_SIGNATURES), "X509Data", CLASSO_SIGNATURES);
  xmlNode *certificate = classo_child(data, "X509Certificate", CLASSO_SIGNATURES);
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

static int is_true(const char *text) { return text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0); }

static void place_fact(GString *facts, int *is_bad, xmlNode *node, int is_provider) {
  char *binding = classo_attribute_of(node, "Binding"), *location = classo_attribute_of(node, "Location");
  char *index = classo_attribute_of(node, "index"), *first = classo_attribute_of(node, "isDefault");
  char *response = classo_attribute_of(node, "ResponseLocation");
  if (classo_is(node, "SingleLogoutService", CLASSO_METADATA))
    fact(facts, is_bad, 4, (const char *const[]){"logout", binding, location, response});
  else if (!is_provider && classo_is(node, "AssertionConsumerService", CLASSO_METADATA))
    fact(facts, is_bad, 5, (const char *const[]){"consumer", index, is_true(first) ? "1" : "0", binding, location});
  else if (is_provider && classo_is(node, "SingleSignOnService", CLASSO_METADATA))
    fact(facts, is_bad, 3, (const char *const[]){"sign-on", binding, location});
  g_free(binding), g_free(location), g_free(index), g_free(first), g_free(response);
}

char *classo_facts_of_metadata(const char *text, int is_provider) {
  xmlDoc *document = classo_parsed(text);
  if (!document) return NULL;
  xmlNode *root = xmlDocGetRootElement(document), *role = NULL;
  if (root && classo_is(root, "EntityDescriptor", CLASSO_METADATA))
    role = classo_child(root, is_provider ? "IDPSSODescriptor" : "SPSSODescriptor", CLASSO_METADATA);
  if (!role || document->intSubset || document->extSubset) {
    xmlFreeDoc(document);
    return NULL;
  }
  GString *facts = g_string_new(NULL);
  int is_bad = 0, count = 0;
  char *entity = classo_attribute_of(root, "entityID"), *sign = classo_attribute_of(role, "AuthnRequestsSigned");
  fact(facts, &is_bad, 2, (const char *const[]){"entity", entity});
  if (is_true(sign)) fact(facts, &is_bad, 1, (const char *const[]){"requests-signed"});
  g_free(entity);
  g_free(sign);
  for (xmlNode *node = role->children; node && count < 100; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    count++;
    if (classo_is(node, "KeyDescriptor", CLASSO_METADATA)) {
      key_fact(facts, &is_bad, node);
    } else if (classo_is(node, "NameIDFormat", CLASSO_METADATA)) {
      xmlChar *content = xmlNodeGetContent(node);
      char *format = g_strstrip(g_strdup((const char *)content));
      fact(facts, &is_bad, 2, (const char *const[]){"format", format});
      g_free(format);
      xmlFree(content);
    } else {
      place_fact(facts, &is_bad, node, is_provider);
    }
  }
  xmlFreeDoc(document);
  return g_string_free(facts, is_bad);
}
