// What partners send, and what they are answered, as lasso reads and writes it.
#include "classo.h"

#include <lasso/key.h>
#include <lasso/lasso.h>
#include <lasso/xml/misc_text_node.h>
#include <lasso/xml/saml-2.0/saml2_assertion.h>
#include <lasso/xml/saml-2.0/saml2_attribute.h>
#include <lasso/xml/saml-2.0/saml2_attribute_statement.h>
#include <lasso/xml/saml-2.0/saml2_attribute_value.h>
#include <lasso/xml/saml-2.0/saml2_authn_statement.h>
#include <lasso/xml/saml-2.0/samlp2_authn_request.h>
#include <lasso/xml/saml-2.0/samlp2_logout_request.h>
#include <lasso/xml/saml-2.0/samlp2_response.h>
#include <lasso/xml/saml-2.0/samlp2_status.h>
#include <libxml/parser.h>
#include <string.h>

// A line of its own for each would fill the log with what strangers send.
static void silent(const char *domain, GLogLevelFlags level, const char *text, void *data) {
  (void)domain, (void)level, (void)text, (void)data;
}

static void silent_xml(void *context, const char *text, ...) { (void)context, (void)text; }

int classo_start(void) {
  g_log_set_default_handler(silent, NULL);
  xmlSetGenericErrorFunc(NULL, silent_xml);
  int result = lasso_init();
  if (result != 0) return result;
  xmlSetGenericErrorFunc(NULL, silent_xml);
  lasso_set_default_key_encryption_method(LASSO_KEY_ENCRYPTION_METHOD_OAEP);
  return 0;
}

void classo_free(void *text) { g_free(text); }

void classo_free_message(classo_message *message) {
  char *texts[] = {
      message->id, message->version, message->issuer, message->issue_instant, message->destination,
      message->consumer_url, message->binding, message->name_id_format, message->comparison, message->classes,
      message->name_id, message->name_id_kind, message->not_on_or_after, message->session_indexes,
  };
  for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) g_free(texts[index]);
  memset(message, 0, sizeof *message);
}

static LassoServer *server_with(const char *provider, const char *partner, const char *key, const char *certificate,
                                LassoProviderRole role, int *error) {
  LassoServer *server = lasso_server_new_from_buffers(provider, key, NULL, certificate);
  if (!server) {
    *error = LASSO_PARAM_ERROR_CHECK_FAILED;
    return NULL;
  }
  server->signature_method = LASSO_SIGNATURE_METHOD_RSA_SHA256;
  *error = lasso_server_add_provider_from_buffer(server, role, partner, NULL, NULL);
  if (*error != 0) {
    g_object_unref(server);
    return NULL;
  }
  return server;
}

int classo_check_partner(const char *metadata) {
  LassoProvider *provider = lasso_provider_new_from_buffer(LASSO_PROVIDER_ROLE_SP, metadata, NULL, NULL);
  if (!provider) return 1;
  g_object_unref(provider);
  return 0;
}

static char *lines(GList *list) {
  if (!list) return NULL;
  GString *text = g_string_new(NULL);
  for (int count = 0; list && count < 20; list = list->next, count++) {
    if (!list->data) continue;
    if (text->len) g_string_append_c(text, '\n');
    g_string_append(text, list->data);
  }
  return g_string_free(text, FALSE);
}

static void take(classo_message *message, LassoProfile *profile, int result) {
  LassoSamlp2RequestAbstract *request = (LassoSamlp2RequestAbstract *)profile->request;
  message->id = g_strdup(request->ID);
  message->version = g_strdup(request->Version);
  message->issue_instant = g_strdup(request->IssueInstant);
  message->destination = g_strdup(request->Destination);
  if (request->Issuer) message->issuer = g_strdup(request->Issuer->content);
  int status = lasso_profile_get_signature_status(profile);
  // Signed only when lasso says so everywhere: that it read the message, and that it verified it.
  if (status == 0 && result == 0)
    message->signature = classo_signed;
  else if (status == LASSO_DS_ERROR_SIGNATURE_NOT_FOUND)
    message->signature = classo_unsigned;
  else
    message->signature = classo_wrongly_signed;
}

static int is_about_signature(int result) {
  return result == LASSO_DS_ERROR_SIGNATURE_NOT_FOUND || result == LASSO_PROFILE_ERROR_CANNOT_VERIFY_SIGNATURE ||
         result == LASSO_DS_ERROR_INVALID_SIGNATURE;
}

int classo_read_authn_request(const char *provider, const char *partner, const char *text, classo_message *message) {
  memset(message, 0, sizeof *message);
  message->consumer_index = -1;
  message->signature = classo_wrongly_signed;
  int result = 0;
  LassoServer *server = server_with(provider, partner, NULL, NULL, LASSO_PROVIDER_ROLE_SP, &result);
  if (!server) return result;
  LassoLogin *login = lasso_login_new(server);
  LassoProfile *profile = LASSO_PROFILE(login);
  // lasso takes a query without signature for a damaged one.
  int is_bare = !strncmp(text, "SAMLRequest=", 12) && !strstr(text, "&Signature=");
  if (is_bare) lasso_profile_set_signature_verify_hint(profile, LASSO_PROFILE_SIGNATURE_VERIFY_HINT_IGNORE);
  result = lasso_login_process_authn_request_msg(login, text);
  if (LASSO_IS_SAMLP2_AUTHN_REQUEST(profile->request) && (result == 0 || is_about_signature(result))) {
    LassoSamlp2AuthnRequest *request = (LassoSamlp2AuthnRequest *)profile->request;
    take(message, profile, result);
    if (is_bare) message->signature = classo_unsigned;
    message->consumer_url = g_strdup(request->AssertionConsumerServiceURL);
    message->binding = g_strdup(request->ProtocolBinding);
    message->consumer_index = request->AssertionConsumerServiceIndex;
    message->forces = request->ForceAuthn;
    message->is_passive = request->IsPassive;
    if (request->NameIDPolicy) message->name_id_format = g_strdup(request->NameIDPolicy->Format);
    if (request->RequestedAuthnContext) {
      message->comparison = g_strdup(request->RequestedAuthnContext->Comparison);
      message->classes = lines(request->RequestedAuthnContext->AuthnContextClassRef);
      // Only declarations: asked for something that is never met.
      if (!message->classes) message->classes = g_strdup("urn:preau:acr:unknown");
    }
    result = 0;
  } else if (result == 0) {
    result = LASSO_PROFILE_ERROR_INVALID_MSG;
  }
  g_object_unref(login);
  g_object_unref(server);
  return result;
}

int classo_read_logout_request(const char *provider, const char *partner, const char *text, int of_provider,
                               classo_message *message) {
  memset(message, 0, sizeof *message);
  message->consumer_index = -1;
  message->signature = classo_wrongly_signed;
  int result = 0;
  LassoServer *server = server_with(
      provider, partner, NULL, NULL, of_provider ? LASSO_PROVIDER_ROLE_IDP : LASSO_PROVIDER_ROLE_SP, &result);
  if (!server) return result;
  LassoLogout *logout = lasso_logout_new(server);
  LassoProfile *profile = LASSO_PROFILE(logout);
  result = lasso_logout_process_request_msg(logout, (char *)text);
  if (LASSO_IS_SAMLP2_LOGOUT_REQUEST(profile->request) && (result == 0 || is_about_signature(result))) {
    LassoSamlp2LogoutRequest *request = (LassoSamlp2LogoutRequest *)profile->request;
    take(message, profile, result);
    if (request->NameID) {
      message->name_id = g_strdup(request->NameID->content);
      message->name_id_kind = g_strdup(request->NameID->Format);
    }
    message->not_on_or_after = g_strdup(request->NotOnOrAfter);
    GList *indexes = lasso_samlp2_logout_request_get_session_indexes(request);
    message->session_indexes = lines(indexes);
    result = 0;
  } else if (result == 0) {
    result = LASSO_PROFILE_ERROR_INVALID_MSG;
  }
  g_object_unref(logout);
  g_object_unref(server);
  return result;
}

static void set(char **place, const char *text) {
  g_free(*place);
  *place = g_strdup(text);
}

static LassoSamlp2StatusCode *status_code(const char *value) {
  LassoSamlp2StatusCode *code = (LassoSamlp2StatusCode *)lasso_samlp2_status_code_new();
  code->Value = g_strdup(value);
  return code;
}

static LassoNode *attribute_statement(const classo_answer *answer) {
  LassoSaml2AttributeStatement *statement = (LassoSaml2AttributeStatement *)lasso_saml2_attribute_statement_new();
  for (int index = 0; index < answer->attribute_count; index++) {
    const classo_attribute *given = &answer->attributes[index];
    LassoSaml2Attribute *attribute = (LassoSaml2Attribute *)lasso_saml2_attribute_new();
    attribute->Name = g_strdup(given->name);
    attribute->NameFormat = g_strdup("urn:oasis:names:tc:SAML:2.0:attrname-format:basic");
    for (int each = 0; each < given->count; each++) {
      LassoSaml2AttributeValue *value = lasso_saml2_attribute_value_new();
      LassoMiscTextNode *text = lasso_misc_text_node_new_with_string(given->values[each]);
      text->text_child = TRUE;
      value->any = g_list_append(NULL, text);
      attribute->AttributeValue = g_list_append(attribute->AttributeValue, value);
    }
    statement->Attribute = g_list_append(statement->Attribute, attribute);
  }
  return LASSO_NODE(statement);
}

static int fill_assertion(LassoLogin *login, const classo_answer *answer) {
  LassoSaml2Assertion *assertion = (LassoSaml2Assertion *)lasso_login_get_assertion(login);
  if (!LASSO_IS_SAML2_ASSERTION(assertion) || !assertion->Subject || !assertion->Conditions) return -1;
  LassoSaml2NameID *name = (LassoSaml2NameID *)lasso_saml2_name_id_new_with_string((char *)answer->name_id);
  set(&name->Format, answer->name_id_format);
  set(&name->SPNameQualifier, answer->name_id_qualifier);
  lasso_saml2_assertion_set_subject_name_id(assertion, LASSO_NODE(name));
  g_object_unref(name);
  set(&assertion->IssueInstant, answer->instant);
  set(&assertion->Conditions->NotBefore, answer->not_before);
  set(&assertion->Conditions->NotOnOrAfter, answer->not_after);
  LassoSaml2SubjectConfirmationData *data = lasso_saml2_assertion_get_subject_confirmation_data(assertion, TRUE);
  if (!data) return -1;
  set(&data->Recipient, answer->consumer_url);
  set(&data->InResponseTo, answer->in_response_to);
  set(&data->NotBefore, NULL);
  set(&data->NotOnOrAfter, answer->not_after);
  if (!assertion->AuthnStatement || !assertion->AuthnStatement->data) return -1;
  LassoSaml2AuthnStatement *statement = assertion->AuthnStatement->data;
  set(&statement->AuthnInstant, answer->authenticated_at);
  set(&statement->SessionIndex, answer->session_index);
  set(&statement->SessionNotOnOrAfter, answer->session_end);
  if (answer->attribute_count > 0)
    assertion->AttributeStatement = g_list_append(assertion->AttributeStatement, attribute_statement(answer));
  g_object_unref(assertion);
  return 0;
}

char *classo_answer_text(const classo_answer *answer, int *error) {
  char *text = NULL;
  LassoLogin *login = NULL;
  LassoServer *server = server_with(
      answer->provider, answer->partner, answer->key, answer->certificate, LASSO_PROVIDER_ROLE_SP, error);
  if (!server) return NULL;
  GList *identifiers = g_hash_table_get_keys(server->providers);
  const char *partner = identifiers ? identifiers->data : NULL;
  LassoProvider *provider = partner ? lasso_server_get_provider(server, partner) : NULL;
  *error = LASSO_PROFILE_ERROR_UNKNOWN_PROVIDER;
  if (!provider) goto done;
  if (answer->is_encrypted) {
    lasso_provider_set_encryption_mode(provider, LASSO_ENCRYPTION_MODE_ASSERTION);
    lasso_provider_set_encryption_sym_key_type(provider, LASSO_ENCRYPTION_SYM_KEY_TYPE_AES_256);
  } else {
    lasso_provider_set_encryption_mode(provider, LASSO_ENCRYPTION_MODE_NONE);
  }
  login = lasso_login_new(server);
  LassoProfile *profile = LASSO_PROFILE(login);
  lasso_profile_set_signature_hint(profile, LASSO_PROFILE_SIGNATURE_HINT_FORCE);
  // The request itself never comes here: one of our own stands for it, with what was read of it.
  if ((*error = lasso_login_init_idp_initiated_authn_request(login, partner)) != 0) goto done;
  LassoSamlp2AuthnRequest *request = (LassoSamlp2AuthnRequest *)profile->request;
  set(&request->AssertionConsumerServiceURL, answer->consumer_url);
  set(&request->ProtocolBinding, LASSO_SAML2_METADATA_BINDING_POST);
  if (!request->NameIDPolicy)
    request->NameIDPolicy = (LassoSamlp2NameIDPolicy *)lasso_samlp2_name_id_policy_new();
  // Who the person is for the partner is decided by the node, whatever the format: lasso keeps no federation.
  set(&request->NameIDPolicy->Format, LASSO_SAML2_NAME_IDENTIFIER_FORMAT_TRANSIENT);
  request->NameIDPolicy->AllowCreate = TRUE;
  if ((*error = lasso_login_process_authn_request_msg(login, NULL)) != 0) goto done;
  if ((*error = lasso_login_validate_request_msg(login, TRUE, TRUE)) != 0) goto done;
  if (!answer->status) {
    *error = lasso_login_build_assertion(
        login, answer->context, answer->authenticated_at, NULL, answer->not_before, answer->not_after);
    if (*error != 0) goto done;
    *error = LASSO_ERROR_UNDEFINED;
    if (fill_assertion(login, answer) != 0) goto done;
  }
  LassoSamlp2StatusResponse *response = (LassoSamlp2StatusResponse *)profile->response;
  *error = LASSO_PROFILE_ERROR_MISSING_RESPONSE;
  if (!LASSO_IS_SAMLP2_RESPONSE(response)) goto done;
  set(&response->InResponseTo, answer->in_response_to);
  set(&response->IssueInstant, answer->instant);
  set(&response->Destination, answer->consumer_url);
  if (answer->status) {
    if (response->Status) g_object_unref(response->Status);
    response->Status = (LassoSamlp2Status *)lasso_samlp2_status_new();
    response->Status->StatusCode = status_code(answer->status);
    if (answer->substatus) response->Status->StatusCode->StatusCode = status_code(answer->substatus);
  }
  if ((*error = lasso_login_build_authn_response_msg(login)) != 0) goto done;
  text = g_strdup(profile->msg_body);
done:
  g_list_free(identifiers);
  if (login) g_object_unref(login);
  g_object_unref(server);
  return text;
}
