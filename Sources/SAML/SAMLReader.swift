internal import CLasso
internal import Cryptography
package import SAMLExchange

/// Reads what strangers sent. Has no key, and keeps nothing from one question to the next. One thread only.
package struct SAMLReader {
    /// - Throws: `.unavailable` when lasso does not start.
    package init() throws(SAMLExchangeError) {
        guard classo_start() == 0 else { throw .unavailable }
    }

    /// - Throws: `.refused` with a word for why.
    package func answer(_ verb: SAMLVerb, _ question: SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord {
        switch verb {
        case .outline: return try outline(question).record
        case .facts: return try facts(question)
        case .authentication: return try message(question, isLogout: false)
        case .logout: return try message(question, isLogout: true)
        case .response, .assertion: return try SAMLResponseReader.answer(verb, question)
        default: throw .refused("verb")
        }
    }

    private struct Outline {
        let name: String
        let issuer: String
        let isSigned: Bool
        /// As lasso takes it.
        let message: String

        var record: SAMLRecord { SAMLRecord(["name": name, "issuer": issuer, "signed": isSigned ? "1" : nil]) }
    }

    private func outline(_ question: SAMLRecord) throws(SAMLExchangeError) -> Outline {
        guard let kind = question["kind"].flatMap(SAMLMessageKind.init), let message = question["message"] else {
            throw .refused("question")
        }
        var text: String
        var given: String
        var isSigned = false
        switch kind {
        case .query:
            let query = try SAMLQuery(message)
            given = query.canonical
            isSigned = query.isSigned
            text = try checked(try query.document())
        case .form:
            let bytes = try SAMLDocument.base64(message)
            text = try checked(bytes)
            // Written anew, so that lasso decodes the very bytes that were looked at.
            given = Base64.encode(bytes)
        case .soap:
            text = try checked(Array(message.utf8))
            given = text
        }
        var found = classo_outline()
        guard classo_outline_of(text, kind == .soap ? 1 : 0, &found) == 0 else { throw .refused("structure") }
        defer { classo_free_outline(&found) }
        // A redirect's signature is beside the document; one inside as well would be a second reading of who signed.
        if kind == .query, found.is_signed != 0 { throw .refused("structure") }
        guard let name = found.name, let issuer = found.issuer, issuer.pointee != 0 else { throw .refused("issuer") }
        isSigned = isSigned || found.is_signed != 0
        return Outline(
            name: String(cString: name), issuer: String(cString: issuer), isSigned: isSigned, message: given)
    }

    private func checked(_ bytes: [UInt8]) throws(SAMLExchangeError) -> String {
        try SAMLDocument.text(bytes, limit: SAMLDocument.longestMessage, allowsComments: false)
    }

    private func facts(_ question: SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord {
        let text = try SAMLDocument.text(
            Array((question["document"] ?? "").utf8), limit: SAMLDocument.longestMetadata, allowsComments: true)
        guard let lines = classo_facts_of_metadata(text, question["of_provider"] == nil ? 0 : 1) else {
            throw .refused("metadata")
        }
        defer { classo_free(lines) }
        return SAMLRecord(["facts": String(cString: lines)])
    }

    private func message(_ question: SAMLRecord, isLogout: Bool) throws(SAMLExchangeError) -> SAMLRecord {
        let outline = try outline(question)
        guard let provider = question["provider"], let partner = question["partner"] else { throw .refused("question") }
        guard outline.name == (isLogout ? "LogoutRequest" : "AuthnRequest") else { throw .refused("kind") }
        var read = classo_message()
        let code =
            isLogout
            ? classo_read_logout_request(
                provider, partner, outline.message, question["of_provider"] == nil ? 0 : 1, &read)
            : classo_read_authn_request(provider, partner, outline.message, &read)
        defer { classo_free_message(&read) }
        // lasso gives its own numbers: they tell an operator more than any word of ours.
        guard code == 0 else { throw .refused("lasso \(code)") }
        guard read.signature != classo_wrongly_signed else { throw .refused("wrong signature") }
        func text(_ place: UnsafeMutablePointer<CChar>?) -> String? { place.map { String(cString: $0) } }
        let isSigned = read.signature == classo_signed
        // What was looked at first and what lasso read must be one message, signed or not.
        guard text(read.issuer) == outline.issuer, isSigned == outline.isSigned else { throw .refused("two readings") }
        return SAMLRecord([
            "id": text(read.id), "version": text(read.version), "issued": text(read.issue_instant),
            "issuer": outline.issuer, "destination": text(read.destination), "signed": isSigned ? "1" : nil,
            "consumer_url": text(read.consumer_url), "binding": text(read.binding),
            "consumer_index": read.consumer_index >= 0 ? "\(read.consumer_index)" : nil,
            "format": text(read.name_id_format), "comparison": text(read.comparison), "classes": text(read.classes),
            "forces": read.forces != 0 ? "1" : nil, "passive": read.is_passive != 0 ? "1" : nil,
            "name_id": text(read.name_id), "name_id_format": text(read.name_id_kind),
            "until": text(read.not_on_or_after), "indexes": text(read.session_indexes),
        ])
    }
}
