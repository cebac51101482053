/// `Upload-Metadata` of tus: `filename ZGV2b2ly,use aG9tZXdvcms=`.
struct UploadMetadata {
    let use: String
    let name: String

    private static let longest = 2000

    /// - Throws: `FileError.badHeader`.
    init(_ header: String) throws {
        guard header.utf8.count <= UploadMetadata.longest else { throw FileError.badHeader("Upload-Metadata") }
        var values: [String: String] = [:]
        for pair in header.split(separator: ",") {
            let parts = pair.split(separator: " ", omittingEmptySubsequences: true)
            guard let key = parts.first, parts.count <= 2, values[String(key)] == nil,
                let text = UploadMetadata.decoded(parts.count == 2 ? parts[1] : "")
            else { throw FileError.badHeader("Upload-Metadata") }
            values[String(key)] = text
        }
        guard let use = values["use"], let name = values["filename"] ?? values["name"] else {
            throw FileError.badHeader("Upload-Metadata")
        }
        self.use = use
        self.name = name
    }

    /// Base64 with its padding (RFC 4648 §4); nil for what is not base64 of UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        guard text.utf8.count.isMultiple(of: 4) else { return nil }
        let digits = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        guard text.utf8.count - digits.count <= 2,
            text.utf8.dropFirst(digits.count).allSatisfy({ $0 == UInt8(ascii: "=") })
        else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = value(digit) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
