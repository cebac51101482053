internal import Compression
internal import Cryptography
internal import SAMLExchange

/// A document of a stranger, held against rules that need no parser before a parser is given it.
enum SAMLDocument {
    /// Bytes of a message once it is decoded, and of a metadata document.
    static let longestMessage = 128 << 10
    static let longestMetadata = 256 << 10

    /// - Parameter allowsComments: metadata are written by people; messages are not.
    /// - Throws: `.refused` for what is too long, is not UTF-8, says that it is something else, or holds a declaration: no DTD,
    ///   so no entity, reaches a parser here.
    static func text(
        _ bytes: [UInt8], limit: Int, allowsComments: Bool
    ) throws(SAMLExchangeError) -> String {
        guard !bytes.isEmpty, bytes.count <= limit else { throw .refused("size") }
        // A mark of byte order is of no use in UTF-8, and lets a second encoding in.
        guard bytes[0] == UInt8(ascii: "<"), !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self)
        else {
            throw .refused("encoding")
        }
        var rest = bytes[...]
        var isStart = true
        while let index = rest.firstIndex(of: UInt8(ascii: "<")) {
            let after = rest[(index + 1)...]
            defer {
                rest = after
                isStart = false
            }
            switch after.first {
            case UInt8(ascii: "!"):
                let isComment = after.starts(with: "!--".utf8) || after.starts(with: "![CDATA[".utf8)
                guard allowsComments, isComment else { throw .refused("declaration") }
            case UInt8(ascii: "?"):
                guard isStart, after.starts(with: "?xml ".utf8), isUTF8(after) else { throw .refused("instruction") }
            default: break
            }
        }
        return text
    }

    /// Whether an XML declaration names no other encoding.
    private static func isUTF8(_ declaration: ArraySlice<UInt8>) -> Bool {
        guard let end = declaration.firstIndex(of: UInt8(ascii: ">")), end - declaration.startIndex < 100 else {
            return false
        }
        let text = String(decoding: declaration[..<end], as: UTF8.self).lowercased()
        guard let mark = text.firstRange(of: "encoding") else { return true }
        return text[mark.upperBound...].contains("\"utf-8\"") || text[mark.upperBound...].contains("'utf-8'")
    }

    static func base64(_ text: some StringProtocol) throws(SAMLExchangeError) -> [UInt8] {
        // Some write it in lines.
        let compact = String(text).filter { !$0.isWhitespace }
        guard compact.utf8.count <= longestMessage * 2, let bytes = Base64.decode(compact) else {
            throw .refused("base64")
        }
        return bytes
    }

    static func inflated(_ bytes: [UInt8]) throws(SAMLExchangeError) -> [UInt8] {
        do { return try Deflate.decompress(bytes, limit: longestMessage) } catch { throw .refused("deflate") }
    }
}

/// The parts of a query that a signature is over (SAML 2.0 Bindings §3.4.4.1), as they were sent.
struct SAMLQuery {
    private let parts: [String: Substring]

    private static let names = ["SAMLRequest", "RelayState", "SigAlg", "Signature"]
    private static let algorithms = ["rsa-sha256", "rsa-sha384", "rsa-sha512"].map {
        "http://www.w3.org/2001/04/xmldsig-more#" + $0
    }

    /// - Throws: `.refused` for a part given twice, a missing message, half a signature, an algorithm that is not allowed.
    init(_ text: String) throws(SAMLExchangeError) {
        guard text.utf8.count <= SAMLDocument.longestMessage else { throw .refused("size") }
        var parts: [String: Substring] = [:]
        for pair in text.split(separator: "&") {
            guard let equals = pair.firstIndex(of: "=") else { continue }
            let name = String(pair[..<equals])
            // A name written with escapes is none of these, for us as for lasso.
            guard SAMLQuery.names.contains(name) else { continue }
            guard parts[name] == nil else { throw .refused("twice") }
            parts[name] = pair[pair.index(after: equals)...]
        }
        self.parts = parts
        guard parts["SAMLRequest"] != nil else { throw .refused("missing") }
        guard (parts["SigAlg"] == nil) == (parts["Signature"] == nil) else { throw .refused("signature") }
        if let algorithm = parts["SigAlg"] {
            guard let algorithm = SAMLQuery.decoded(algorithm),
                SAMLQuery.algorithms.contains(String(decoding: algorithm, as: UTF8.self))
            else { throw .refused("algorithm") }
        }
    }

    var isSigned: Bool { parts["Signature"] != nil }

    /// What lasso is given: these parts in the order that the signature is over, and nothing else.
    var canonical: String {
        SAMLQuery.names.compactMap { name in parts[name].map { "\(name)=\($0)" } }.joined(separator: "&")
    }

    /// The document in it.
    func document() throws(SAMLExchangeError) -> [UInt8] {
        guard let bytes = SAMLQuery.decoded(parts["SAMLRequest"] ?? "") else { throw .refused("escape") }
        return try SAMLDocument.inflated(try SAMLDocument.base64(String(decoding: bytes, as: UTF8.self)))
    }

    /// Nil for an escape that is none.
    private static func decoded(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
