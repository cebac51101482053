package import SAMLExchange
package import Web

extension ServiceProviderFacts: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("entity_id", entityID)
            writer.array("consumers", consumers) { writer, consumer in
                writer.object { writer in
                    writer.field("index", consumer.index)
                    writer.field("is_default", consumer.isDefault)
                    writer.field("url", consumer.url)
                }
            }
            writer.array("logouts", logouts) { writer, logout in
                writer.object { writer in
                    writer.field("binding", logout.binding)
                    writer.field("url", logout.url)
                    writer.field("response_url", logout.responseURL)
                }
            }
            writer.field("signing_certificates", signingCertificates)
            writer.field("encryption_certificates", encryptionCertificates)
            writer.field("name_id_formats", nameIDFormats)
            writer.field("signs_requests", signsRequests)
        }
    }

    package static let schema = Schema.named(
        "ServiceProviderFacts",
        .object([
            .required("entity_id", .text(1...1024)),
            .required(
                "consumers",
                .array(
                    of: .object([
                        .required("index", .integer(0...65_535)), .required("is_default", .boolean),
                        .required("url", .text(1...2000)),
                    ]), 1...20), "Where answers are posted, and nowhere else."),
            .required(
                "logouts",
                .array(
                    of: .object([
                        .required("binding", .text(1...200)), .required("url", .text(1...2000)),
                        .optional("response_url", .nullable(.text(1...2000))),
                    ]), 0...10)),
            .required("signing_certificates", .array(of: .text(1...8192), 0...5), "Base64 of DER."),
            .required("encryption_certificates", .array(of: .text(1...8192), 0...5), "Base64 of DER."),
            .required("name_id_formats", .array(of: .text(1...500), 0...20)),
            .required("signs_requests", .boolean),
        ]))

    /// What a document that fits the schema says; nil for an address that is none.
    init?(_ json: JSON) {
        self.init(entityID: json["entity_id"]?.text ?? "")
        func texts(_ name: String) -> [String] { json[name]?.elements?.compactMap(\.text) ?? [] }
        for consumer in json["consumers"]?.elements ?? [] {
            guard let index = consumer["index"]?.integer, let url = consumer["url"]?.text, PartnerURL(url) != nil else {
                return nil
            }
            consumers.append(Consumer(index: index, isDefault: consumer["is_default"]?.bool ?? false, url: url))
        }
        for logout in json["logouts"]?.elements ?? [] {
            guard let binding = logout["binding"]?.text, let url = logout["url"]?.text, PartnerURL(url) != nil else {
                return nil
            }
            let response = logout["response_url"]?.text
            guard response.map({ PartnerURL($0) != nil }) ?? true else { return nil }
            logouts.append(Logout(binding: binding, url: url, responseURL: response))
        }
        signingCertificates = texts("signing_certificates")
        encryptionCertificates = texts("encryption_certificates")
        nameIDFormats = texts("name_id_formats")
        signsRequests = json["signs_requests"]?.bool ?? false
        guard isComplete else { return nil }
    }

    /// Every address in it.
    package var urls: [String] {
        consumers.map(\.url) + logouts.map(\.url) + logouts.compactMap(\.responseURL)
    }
}
