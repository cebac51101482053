internal import HTTP
internal import Identity
internal import Runtime
internal import Web

extension ServiceAPI {
    var keyRoutes: [Route] { [keys, rotate] }

    private static let keySchema = Schema.object([
        .required("id", .text()), .required("algorithm", .text()),
        .required("purpose", .enumeration(["tokens", "saml", "saml_opening"])),
        .required("state", .enumeration(["prepared", "active", "retired"])), .required("since", .dateTime),
    ])

    private var keys: Route {
        .api(
            .get, "/api/v1/signing-keys", access: .operatorToken, tag: "Single sign-on",
            summary: "The keys that sign tokens and messages of SAML.",
            answers: [.json(.object([.required("keys", .array(of: ServiceAPI.keySchema))]), "Newest first.")],
            errors: [.signInUnavailable]
        ) { _ in try await listKeys() }
    }

    private func listKeys() async throws -> Response {
        let keys = try await SigningKeyStore(service.directory).list()
        return .json { writer in
            writer.object { writer in
                writer.array("keys", keys) { writer, key in
                    writer.object { writer in
                        writer.field("id", key.id)
                        writer.field("algorithm", key.algorithm)
                        writer.field("purpose", key.purpose)
                        writer.field("state", key.state)
                        writer.field("since", Timestamp.iso8601(microseconds: key.changedAt))
                    }
                }
            }
        }
    }

    private var rotate: Route {
        .api(
            .post, "/api/v1/signing-keys", access: .operatorToken, tag: "Single sign-on",
            summary: "Makes new keys: published now, signing once everybody had time to fetch them.",
            body: .json(
                .object([
                    .optional("at_once", .boolean, "They sign now: when a key may be known to others."),
                    .optional("purpose", .enumeration(["tokens", "saml"]), "Which keys; those of tokens unless said."),
                ])),
            answers: [.json(.object([.required("keys", .array(of: ServiceAPI.keySchema))]), "Newest first.")],
            errors: [.signInUnavailable]
        ) { call in
            let body = try await call.json()
            let atOnce = body["at_once"]?.bool ?? false
            let ofSAML = body["purpose"]?.text == "saml"
            guard let keeper = service.keyKeeper() else { throw Problem(.unavailable) }
            let store = SigningKeyStore(service.directory)
            let before = try await store.list()
            try await keeper.rotate(ofSAML: ofSAML, atOnce: atOnce) { [service] new, batch in
                AuditStore.add(
                    AuditEntry(
                        "signing_key.add", by: service.actor(call), target: new,
                        before: ["signing": .array(before.filter { $0.state == "active" }.map { .string($0.id) })],
                        after: ["purpose": ofSAML ? "saml" : "tokens", "at_once": .bool(atOnce)]), to: &batch)
            }
            try? await identity.singleSignOn.refresh()
            return try await listKeys()
        }
    }
}
