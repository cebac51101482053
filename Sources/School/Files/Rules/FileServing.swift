/// How a browser gets a file: nothing that a person sent may run in the site's name.
enum FileServing {
    /// What browsers show by themselves and cannot run.
    private static let shown: Set<String> = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "audio/mpeg", "audio/ogg",
        "audio/mp4",
        "audio/x-m4a", "audio/x-wav", "audio/wav", "audio/flac", "audio/webm", "video/mp4", "video/webm", "video/ogg",
        "text/plain",
    ]

    static func isShown(_ mediaType: String) -> Bool { shown.contains(mediaType) }

    /// The type to send. A web page, a drawing with script in it or a program's source goes as bytes of no known kind.
    static func contentType(_ mediaType: String) -> String {
        if mediaType == "text/plain" { return "text/plain; charset=utf-8" }
        if shown.contains(mediaType) { return mediaType }
        switch FileTypes.kind(of: mediaType) {
        case .documents? where mediaType != "application/cdfv2" && mediaType != "application/encrypted":
            return mediaType
        case .archives?: return mediaType
        default: return "application/octet-stream"
        }
    }

    /// No script, no form, no origin, no address of others; a picture and a sound may show themselves.
    static let policy =
        "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'"
}
