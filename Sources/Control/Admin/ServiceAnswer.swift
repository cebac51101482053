internal import Identity
internal import Web

/// A partner application in the admin API.
struct ServiceAnswer: JSONRepresentable, Sendable {
    let service: PartnerService
    var secret: String?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", service.id)
            writer.field("protocol", service.kind.rawValue)
            writer.field("name", service.name)
            let (kind, scope) = service.scope.columns
            writer.field("scope_kind", kind)
            writer.field("scope", scope)
            writer.field("is_enabled", service.isEnabled)
            writer.field("client_id", service.clientID)
            if let secret { writer.field("client_secret", secret) }
            writer.field("settings", service.settings)
        }
    }

    static let schema = Schema.named(
        "Service",
        .object([
            .required("id", .uuid), .required("protocol", .enumeration(PartnerService.Kind.self)),
            .required("name", .text()), .required("scope_kind", .text()), .required("scope", .text()),
            .required("is_enabled", .boolean), .required("client_id", .nullable(.text())),
            .optional("client_secret", .text(), "Told once, when the client is registered."),
            .required("settings", PartnerSettings.schema),
        ]))
}
