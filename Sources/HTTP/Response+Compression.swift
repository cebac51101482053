internal import Compression
internal import Glibc

/// gzip on the way out.
extension Response {
    /// Under this, the head outweighs what compression saves.
    private static let leastCompressed = 1024

    /// Whether the body is worth compressing and the client takes gzip; says in `Vary` that this was a choice.
    mutating func choosesCompression(_ request: Request) -> Bool {
        guard mayCompress, status.allowsBody, isWorthCompressing, !headers.contains("Content-Encoding"),
            !(headers["Cache-Control"].map(Response.forbidsTransforming) ?? false)
        else { return false }
        if headers["Vary"].map({ !$0.lowercased().contains("accept-encoding") }) ?? true {
            headers.add("Vary", "Accept-Encoding")
        }
        guard Response.acceptsGzip(request), request.header("range") == nil else { return false }
        headers.set("Content-Encoding", "gzip")
        headers.remove("Accept-Ranges")
        entityTag = entityTag?.compressed
        return true
    }

    private var isWorthCompressing: Bool {
        switch body {
        case .empty: return false
        case .bytes(let bytes): guard bytes.count >= Response.leastCompressed else { return false }
        case .stream(let length, _): guard length ?? .max >= Response.leastCompressed else { return false }
        case .seekable(let length, _): guard length >= Response.leastCompressed else { return false }
        }
        guard let type = headers["Content-Type"] else { return false }
        // What nearly every answer is, before the text is taken apart.
        if type == "application/json" || type == "text/html; charset=utf-8" { return true }
        let kind = type.prefix { $0 != ";" }.lowercased()
        return kind.hasPrefix("text/") && kind != "text/event-stream" || kind.hasSuffix("+json")
            || kind.hasSuffix("+xml")
            || Response.compressibleTypes.contains(kind)
    }

    /// Asked of every answer worth compressing: compared as bytes.
    private static func forbidsTransforming(_ cacheControl: String) -> Bool {
        var text = cacheControl
        let directive: StaticString = "no-transform"
        let length = directive.utf8CodeUnitCount
        return text.withUTF8 { text in
            guard let start = text.baseAddress, text.count >= length else { return false }
            return (0...text.count - length).contains { memcmp(start + $0, directive.utf8Start, length) == 0 }
        }
    }

    private static let compressibleTypes: Set<String> = [
        "application/json", "application/javascript", "application/xml", "application/manifest+json", "image/svg+xml",
        "application/wasm",
    ]

    /// RFC 9110 §12.5.3: gzip, or `*`, with a weight above zero.
    static func acceptsGzip(_ request: Request) -> Bool {
        var accepted: Bool?
        var anything = false
        for field in request.headers("accept-encoding") {
            for part in field.lowercased().split(separator: ",") {
                let pieces = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
                guard let coding = pieces.first else { continue }
                let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
                if coding == "gzip" || coding == "x-gzip" { accepted = weight > 0 }
                if coding == "*" { anything = weight > 0 }
            }
        }
        return accepted ?? anything
    }
}
