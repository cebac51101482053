internal import CLasso
internal import Cryptography
internal import SAMLExchange

/// Reads what identity providers answered: the whole of it where nothing is encrypted, the encrypted part as it came where it is.
enum SAMLResponseReader {
    /// - Throws: `.refused` with a word for why.
    static func answer(_ verb: SAMLVerb, _ question: SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord {
        let bytes: [UInt8]
        if verb == .response {
            bytes = try SAMLDocument.base64(question["message"] ?? "")
        } else {
            bytes = Array((question["document"] ?? "").utf8)
        }
        let text = try SAMLDocument.text(bytes, limit: SAMLDocument.longestMessage, allowsComments: false)
        var certificates = CTexts()
        defer { certificates.free() }
        let list = question.all("certificate").map { certificates.add($0) }
        guard list.count <= 5, verb == .response || !list.isEmpty else { throw .refused("question") }
        var fields: UnsafeMutablePointer<CChar>?
        let line = list.withUnsafeBufferPointer { list in
            verb == .response
                ? classo_read_response(text, list.baseAddress, Int32(list.count), &fields)
                : classo_read_assertion(
                    text, list.baseAddress, Int32(list.count), question["signed"] == nil ? 1 : 0, &fields)
        }
        defer { classo_free(fields) }
        // The line of responses.c tells an operator which rule it was.
        guard line == 0, let fields else { throw .refused("response \(line)") }
        return try record(String(cString: fields))
    }

    private static func record(_ lines: String) throws(SAMLExchangeError) -> SAMLRecord {
        var record = SAMLRecord()
        for line in lines.split(separator: "\n") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let bytes = Base64.decode(String(parts[1])),
                let value = String(validating: bytes, as: UTF8.self)
            else { throw .refused("structure") }
            record.add(String(parts[0]), value)
        }
        return record
    }
}
