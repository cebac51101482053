internal import CLasso
internal import Cryptography
package import SAMLExchange

/// Signs what a node wrote. Sees nothing that strangers wrote, and forgets each key with the question that it came with. One
/// thread only.
package struct SAMLSigner {
    /// - Throws: `.unavailable` when lasso does not start.
    package init() throws(SAMLExchangeError) {
        guard classo_start() == 0 else { throw .unavailable }
    }

    /// - Throws: `.refused` with a word for why.
    package func answer(_ verb: SAMLVerb, _ question: SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord {
        switch verb {
        case .answer: return try response(question)
        case .document: return try document(question)
        case .query: return try query(question)
        default: throw .refused("verb")
        }
    }

    private func document(_ question: SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord {
        guard let text = question["document"], let id = question["id"], let key = question["key"],
            let made = classo_sign_document(text, id, key, question["certificate"])
        else { throw .refused("document") }
        defer { classo_free(made) }
        return SAMLRecord(["document": String(cString: made)])
    }

    private func query(_ question: SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord {
        guard let text = question["query"], let key = question["key"], let made = classo_sign_query(text, key) else {
            throw .refused("query")
        }
        defer { classo_free(made) }
        return SAMLRecord(["query": String(cString: made)])
    }

    private func response(_ question: SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord {
        var texts = CTexts()
        defer { texts.free() }
        var answer = classo_answer()
        answer.provider = texts.add(question["provider"])
        answer.partner = texts.add(question["partner"])
        answer.key = texts.add(question["key"])
        answer.certificate = texts.add(question["certificate"])
        answer.in_response_to = texts.add(question["in_response_to"])
        answer.consumer_url = texts.add(question["consumer_url"])
        answer.status = texts.add(question["status"])
        answer.substatus = texts.add(question["substatus"])
        answer.name_id = texts.add(question["name_id"])
        answer.name_id_format = texts.add(question["name_id_format"])
        answer.name_id_qualifier = texts.add(question["name_id_qualifier"])
        answer.session_index = texts.add(question["session_index"])
        answer.session_end = texts.add(question["session_end"])
        answer.instant = texts.add(question["instant"])
        answer.authenticated_at = texts.add(question["authenticated_at"])
        answer.not_before = texts.add(question["not_before"])
        answer.not_after = texts.add(question["not_after"])
        answer.context = texts.add(question["context"])
        answer.is_encrypted = question["encrypts"] == nil ? 0 : 1
        let needed = [answer.provider, answer.partner, answer.key, answer.consumer_url, answer.instant]
        let ofPerson = [
            answer.name_id, answer.name_id_format, answer.authenticated_at, answer.not_before,
            answer.not_after, answer.context,
        ]
        guard !needed.contains(nil), answer.status != nil || !ofPerson.contains(nil) else { throw .refused("question") }
        // One `attribute` and its `value`s after it, again and again.
        var attributes: [(name: UnsafePointer<CChar>?, values: [UnsafePointer<CChar>?])] = []
        for field in question.fields {
            if field.name == "attribute" { attributes.append((texts.add(field.value), [])) }
            if field.name == "value", !attributes.isEmpty {
                attributes[attributes.count - 1].values.append(texts.add(field.value))
            }
        }
        let lists = attributes.map { attribute in
            let list = UnsafeMutableBufferPointer<UnsafePointer<CChar>?>.allocate(
                capacity: max(1, attribute.values.count))
            _ = list.initialize(from: attribute.values)
            return list
        }
        defer { for list in lists { list.deallocate() } }
        let rows = zip(attributes, lists).map { attribute, list in
            classo_attribute(name: attribute.name, values: list.baseAddress, count: Int32(attribute.values.count))
        }
        var code: Int32 = 0
        let made = rows.withUnsafeBufferPointer { rows in
            answer.attributes = rows.baseAddress
            answer.attribute_count = Int32(rows.count)
            return classo_answer_text(&answer, &code)
        }
        guard let made else { throw .refused("lasso \(code)") }
        defer { classo_free(made) }
        guard question["shown"] != nil else { return SAMLRecord(["message": String(cString: made)]) }
        // lasso makes none without a signature: what is only to be shown must be worth nothing.
        guard let bytes = Base64.decode(String(cString: made)),
            let plain = classo_without_signatures(String(decoding: bytes, as: UTF8.self))
        else { throw .refused("document") }
        defer { classo_free(plain) }
        return SAMLRecord(["document": String(cString: plain)])
    }
}
