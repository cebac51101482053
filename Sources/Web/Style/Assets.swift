internal import Cryptography
internal import HTTP

/// The files of this site: one style sheet, the territories' colours, the signs. Their addresses hold a hash of the content,
/// so that browsers keep them for ever; an old address, asked for while nodes are being replaced, gets the present content.
package enum Assets {
    private struct File: Sendable {
        let bytes: [UInt8]
        let type: String
        let hash: String

        init(_ bytes: [UInt8], _ type: String) {
            self.bytes = bytes
            self.type = type
            hash = Assets.hash(bytes)
        }
    }

    private static let sheet = File(StyleSheet.bytes, "text/css; charset=utf-8")
    private static let sprite = File(Array(Icons.sprite.utf8), "image/svg+xml")
    private static let script = File(Array(PasskeyScript.text.utf8), "text/javascript; charset=utf-8")
    private static let uploads = File(Array(UploadScript.text.utf8), "text/javascript; charset=utf-8")
    private static let favicon = File(Array(Icons.mark.utf8), "image/svg+xml")

    package static let styleSheet: Link = "/assets/preau-\(sheet.hash).css"
    /// The signs, one `<symbol>` each.
    package static let icons: Link = "/assets/icons-\(sprite.hash).svg"
    /// For the pages of passkeys.
    package static let passkeyScript: Link = "/assets/passkey-\(script.hash).js"
    /// For the pages with a file picker. No other page has a script.
    static let uploadScript: Link = "/assets/uploads-\(uploads.hash).js"
    package static let mark: Link = "/assets/mark-\(favicon.hash).svg"

    /// The first 12 hexadecimal digits of SHA-256.
    static func hash(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(bytes).prefix(6)) }

    /// `/assets/{file}` and `/robots.txt`.
    /// - Parameter theme: the present theme of a territory; nil when there is no such territory.
    package static func routes(
        theme: @escaping @Sendable (_ call: Call, _ territory: String) async throws -> Theme? = { _, _ in nil }
    ) -> [Route] {
        [
            .resource(
                .get, "/assets/{file}", access: .everyone, tag: "Web", summary: "A file that pages use.",
                parameters: [.text("file", "Name, hash and extension.")], answers: [.other("text/css", "The file.")],
                errors: [.notFound]
            ) { call in
                let name = try call.path.text("file")
                guard let (base, hash) = split(name), let file = try await file(base, call, theme) else {
                    throw Problem(.notFound)
                }
                return response(file, isCurrent: hash == file.hash)
            },
            .resource(
                .get, "/robots.txt", access: .everyone, tag: "Web", summary: "Keeps search engines out.",
                answers: [.other("text/plain", "The rules.")]
            ) { _ in .text("User-agent: *\nDisallow: /\n") },
        ]
    }

    private static func file(
        _ base: String, _ call: Call, _ theme: @Sendable (Call, String) async throws -> Theme?
    ) async throws -> File? {
        switch base {
        case "preau.css": return sheet
        case "icons.svg": return sprite
        case "mark.svg": return favicon
        case "passkey.js": return script
        case "uploads.js": return uploads
        default:
            guard base.hasPrefix("theme-"), base.hasSuffix(".css") else { return nil }
            let territory = String(base.dropFirst(6).dropLast(4))
            return try await theme(call, territory).map { File($0.styleSheet, "text/css; charset=utf-8") }
        }
    }

    private static func response(_ file: File, isCurrent: Bool) -> Response {
        var response = Response(
            status: .ok,
            headers: [
                ("Content-Type", file.type),
                ("Cache-Control", isCurrent ? "public, max-age=31536000, immutable" : "public, no-cache"),
            ], body: .bytes(file.bytes))
        response.entityTag = .strong(file.hash)
        return response
    }

    /// `preau-0123456789ab.css` as `preau.css` and the hash.
    private static func split(_ name: String) -> (base: String, hash: String)? {
        guard let dot = name.lastIndex(of: "."), let dash = name[..<dot].lastIndex(of: "-") else { return nil }
        let hash = name[name.index(after: dash)..<dot]
        return hash.isEmpty ? nil : (String(name[..<dash] + name[dot...]), String(hash))
    }
}
