internal import Cryptography
internal import HTTP
internal import Runtime

/// The validation of tickets in SAML 1.1, which some clients of CAS speak.
enum SAML11 {
    struct Question: Equatable {
        let ticket: String
        let requestID: String?
    }

    static let longestQuestion = 8192

    /// The ticket that a SOAP envelope asks about; nil for anything else.
    ///
    /// Not a parser of XML: looks for the one element that matters, and refuses whatever could make two readers see different
    /// ones: declarations, comments, CDATA, references, the element twice.
    static func question(_ bytes: [UInt8]) -> Question? {
        guard bytes.count <= longestQuestion, let text = String(validating: bytes, as: UTF8.self),
            text.firstRange(of: "<!") == nil
        else { return nil }
        // What stands before the first tag is none.
        let elements = text.split(separator: "<", omittingEmptySubsequences: false).dropFirst().filter { element in
            let name = element.prefix { $0 != ">" && !$0.isWhitespace && $0 != "/" }
            return name.split(separator: ":").last == "AssertionArtifact" && !element.hasPrefix("/")
        }
        guard elements.count == 1, let element = elements.first, let end = element.firstIndex(of: ">"),
            element[..<end].last != "/"
        else { return nil }
        let ticket = trim(element[element.index(after: end)...])
        guard !ticket.isEmpty, ticket.utf8.count <= 256,
            ticket.utf8.allSatisfy({
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
            })
        else { return nil }
        return Question(ticket: ticket, requestID: requestID(text))
    }

    private static func trim(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func requestID(_ text: String) -> String? {
        guard let mark = text.firstRange(of: "RequestID=\"") else { return nil }
        let value = text[mark.upperBound...].prefix { $0 != "\"" }
        return AttributeRule.isName(String(value)) ? String(value) : nil
    }

    static func response(
        _ validation: CASValidation, to question: Question?, target: String, issuer: String, now: Int64
    ) -> Response {
        let text = envelope(validation, question, target: target, issuer: issuer, now: now)
        return Response(
            status: .ok, headers: [("Content-Type", "text/xml;charset=UTF-8")], body: .bytes(Array(text.utf8)))
    }

    private static func envelope(
        _ validation: CASValidation, _ question: Question?, target: String, issuer: String, now: Int64
    ) -> String {
        let instant = Timestamp.iso8601(microseconds: now)
        let answered = question?.requestID.map { " InResponseTo=\"\($0)\"" } ?? ""
        var content: String
        switch validation {
        case .success(let success):
            content = """
                <Status><StatusCode Value="samlp:Success"/></Status>\
                \(assertion(success, target: target, issuer: issuer, now: now))
                """
        case .failure(let failure):
            content = """
                <Status><StatusCode Value="samlp:RequestDenied"/>\
                <StatusMessage>\(failure.rawValue): \(XMLText.escape(failure.description))</StatusMessage></Status>
                """
        }
        return """
            <SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body>\
            <Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol" xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" \
            xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" MajorVersion="1" MinorVersion="1" \
            ResponseID="\(newID())"\(answered) IssueInstant="\(instant)" Recipient="\(XMLText.escape(target))">\
            \(content)</Response></SOAP-ENV:Body></SOAP-ENV:Envelope>\n
            """
    }

    private static func assertion(
        _ success: CASValidation.Success, target: String, issuer: String, now: Int64
    ) -> String {
        let instant = Timestamp.iso8601(microseconds: now)
        let end = Timestamp.iso8601(microseconds: now + 30_000_000)
        let started = Timestamp.iso8601(microseconds: success.session.startedAt * 1_000_000)
        let subject = """
            <Subject><NameIdentifier>\(XMLText.escape(success.released.user))</NameIdentifier><SubjectConfirmation>\
            <ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:artifact</ConfirmationMethod></SubjectConfirmation></Subject>
            """
        var attributes = ""
        for (name, values) in success.released.attributes {
            let values = values.map { "<AttributeValue>\(XMLText.escape($0))</AttributeValue>" }.joined()
            attributes += """
                <Attribute AttributeName="\(name)" AttributeNamespace="http://www.ja-sig.org/products/cas/">\(values)</Attribute>
                """
        }
        // The schema wants an attribute in a statement of attributes.
        let statement =
            attributes.isEmpty ? "" : "<AttributeStatement>\(subject)\(attributes)</AttributeStatement>"
        return """
            <Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion" MajorVersion="1" MinorVersion="1" \
            AssertionID="\(newID())" Issuer="\(XMLText.escape(issuer))" IssueInstant="\(instant)">\
            <Conditions NotBefore="\(instant)" NotOnOrAfter="\(end)"><AudienceRestrictionCondition>\
            <Audience>\(XMLText.escape(target))</Audience></AudienceRestrictionCondition></Conditions>\(statement)\
            <AuthenticationStatement AuthenticationInstant="\(started)" \
            AuthenticationMethod="urn:oasis:names:tc:SAML:1.0:am:password">\(subject)</AuthenticationStatement></Assertion>
            """
    }

    private static func newID() -> String { "_" + Hex.encode(SecureRandom.bytes(16)) }
}
