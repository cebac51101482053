internal import HTTP

/// The fields that limit what a browser does with an answer.
enum SecurityHeaders {
    /// No script at all, style sheets and images of this site only, no frame around, forms to this site only.
    static let pagePolicy =
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'"
    static let dataPolicy = "default-src 'none'; frame-ancestors 'none'"

    static func add(to headers: inout HeaderFields, surface: Route.Surface, isSecure: Bool) {
        func add(_ name: String, _ value: String) {
            if !headers.contains(name) { headers.add(name, value) }
        }
        add("Content-Security-Policy", surface == .page ? pagePolicy : dataPolicy)
        add("X-Content-Type-Options", "nosniff")
        add("Cross-Origin-Resource-Policy", "same-origin")
        if surface == .page {
            add("Cross-Origin-Opener-Policy", "same-origin")
            add("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        }
        add("Referrer-Policy", "same-origin")
        // Shared computers of a school: nothing personal stays in a cache unless a handler says that it may.
        add("Cache-Control", "no-store")
        if isSecure { add("Strict-Transport-Security", "max-age=63072000; includeSubDomains") }
    }
}
