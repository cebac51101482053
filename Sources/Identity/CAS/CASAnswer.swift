internal import HTTP
internal import Runtime
internal import Web

/// The answers of CAS 1, 2 and 3 to a validation, as the official schema (3.0.3) orders them.
package enum CASAnswer {
    enum Version {
        /// Without attributes.
        case two
        case three
    }

    static func plain(_ validation: CASValidation) -> Response {
        // The old form, which old clients read: two lines.
        switch validation {
        case .success(let success): .text("yes\n\(success.released.user)\n")
        case .failure: .text("no\n\n")
        }
    }

    static func response(_ validation: CASValidation, _ version: Version, json: Bool) -> Response {
        if json { return .json(self.json(validation, version)) }
        return Response(
            status: .ok, headers: [("Content-Type", "text/xml;charset=UTF-8")],
            body: .bytes(Array(xml(validation, version).utf8)))
    }

    /// What a service would be told of a person now, by CAS 3; for the preview.
    package static func preview(_ released: ReleasedIdentity, _ service: PartnerService, now: Int64) -> String {
        xml(released, service.settings, startedAt: now, isNewLogin: true, .three)
    }

    static func failure(_ failure: CASValidation.Failure, in element: String = "authenticationFailure") -> String {
        envelope(
            """
            <cas:\(element) code="\(failure.rawValue)">\(XMLText.escape(failure.description))</cas:\(element)>
            """)
    }

    private static func xml(_ validation: CASValidation, _ version: Version) -> String {
        switch validation {
        case .success(let success):
            xml(
                success.released, success.service.settings, startedAt: success.session.startedAt,
                isNewLogin: success.isNewLogin, version, proxied: Self.proxied(success))
        case .failure(let failure): Self.failure(failure)
        }
    }

    private static func xml(
        _ released: ReleasedIdentity, _ settings: PartnerSettings, startedAt: Int64, isNewLogin: Bool,
        _ version: Version, proxied: String = ""
    ) -> String {
        var own = ""
        for (name, values) in released.attributes {
            for value in values { own += "<cas:\(name)>\(XMLText.escape(value))</cas:\(name)>" }
        }
        var text = "<cas:user>\(XMLText.escape(released.user))</cas:user>"
        if version == .three {
            text += """
                <cas:attributes><cas:authenticationDate>\(Timestamp.iso8601(microseconds: startedAt * 1_000_000))\
                </cas:authenticationDate>\
                <cas:longTermAuthenticationRequestTokenUsed>false</cas:longTermAuthenticationRequestTokenUsed>\
                <cas:isFromNewLogin>\(isNewLogin)</cas:isFromNewLogin>\(own)</cas:attributes>
                """
        }
        text += proxied
        if settings.repeatsAttributes { text += own }
        return envelope("<cas:authenticationSuccess>\(text)</cas:authenticationSuccess>")
    }

    private static func proxied(_ success: CASValidation.Success) -> String {
        var text = ""
        if let stand = success.stand { text += "<cas:proxyGrantingTicket>\(stand)</cas:proxyGrantingTicket>" }
        guard !success.proxies.isEmpty else { return text }
        let proxies = success.proxies.map { "<cas:proxy>\(XMLText.escape($0))</cas:proxy>" }.joined()
        return text + "<cas:proxies>\(proxies)</cas:proxies>"
    }

    /// What a service is answered that asks for a ticket for another.
    static func proxy(_ outcome: SingleSignOn.ProxyOutcome) -> String {
        switch outcome {
        case .failure(let failure): Self.failure(failure, in: "proxyFailure")
        case .ticket(let ticket):
            envelope("<cas:proxySuccess><cas:proxyTicket>\(ticket)</cas:proxyTicket></cas:proxySuccess>")
        }
    }

    private static func envelope(_ content: String) -> String {
        "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\(content)</cas:serviceResponse>\n"
    }

    private static func json(_ validation: CASValidation, _ version: Version) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.object("serviceResponse") { writer in
                switch validation {
                case .success(let success):
                    writer.object("authenticationSuccess") { writer in
                        writer.field("user", success.released.user)
                        if let stand = success.stand { writer.field("proxyGrantingTicket", stand) }
                        if !success.proxies.isEmpty { writer.field("proxies", success.proxies) }
                        guard version == .three else { return }
                        writer.object("attributes") { writer in
                            let started = success.session.startedAt * 1_000_000
                            writer.field("authenticationDate", [Timestamp.iso8601(microseconds: started)])
                            writer.field("longTermAuthenticationRequestTokenUsed", [false])
                            writer.field("isFromNewLogin", [success.isNewLogin])
                            for (name, values) in success.released.attributes {
                                writer.key(escaping: name)
                                values.write(to: &writer)
                            }
                        }
                    }
                case .failure(let failure):
                    writer.object("authenticationFailure") { writer in
                        writer.field("code", failure.rawValue)
                        writer.field("description", failure.description)
                    }
                }
            }
        }
        return writer.bytes
    }
}
