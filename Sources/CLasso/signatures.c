// Signatures inside of documents, held by xmlsec against registered certificates alone.
#include "documents.h"

#include <glib.h>
// How Debian built it: its structures have other sizes without.
#define XMLSEC_NO_SIZE_T 1
#include <xmlsec/openssl/app.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

static int is_verified_by(xmlNode *signature, const char *certificate) {
  gsize size = 0;
  guchar *der = g_base64_decode(certificate, &size);
  xmlSecKey *key = xmlSecOpenSSLAppKeyLoadMemory(der, (xmlSecSize)size, xmlSecKeyDataFormatCertDer, NULL, NULL, NULL);
  g_free(der);
  if (!key) return 0;
  xmlSecDSigCtx *context = xmlSecDSigCtxCreate(NULL);
  int good = 0;
  if (context) {
    // This key and no other, whatever the signature says of its own.
    context->signKey = key;
    context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
    good = xmlSecDSigCtxVerify(context, signature) == 0 && context->status == xmlSecDSigStatusSucceeded &&
           xmlSecPtrListGetSize(&context->signedInfoReferences) == 1;
    xmlSecDSigCtxDestroy(context);
  } else {
    xmlSecKeyDestroy(key);
  }
  return good;
}

int classo_is_verified(xmlNode *signed_node, xmlNode *signature, const char *const *certificates, int count) {
  xmlAttr *own = xmlHasNsProp(signed_node, (const xmlChar *)"ID", NULL);
  xmlChar *value = own ? xmlNodeListGetString(signed_node->doc, own->children, 1) : NULL;
  // The one element that a reference can find.
  int good = value && (xmlGetID(signed_node->doc, value) == own || xmlAddID(NULL, signed_node->doc, value, own));
  xmlFree(value);
  if (!good) return 0;
  for (int index = 0; index < count; index++)
    if (is_verified_by(signature, certificates[index])) return 1;
  return 0;
}
