internal import HTTP

/// The fields that limit what a browser does with an answer.
enum SecurityHeaders {
    /// No script at all, style sheets and images of this site only, no frame around, forms to this site only.
    static let pagePolicy =
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'"
    /// The same, and this site's own script files, which may send to this site.
    static let uploadPolicy = pagePolicy + "; script-src 'self'; connect-src 'self'"
    static let dataPolicy = "default-src 'none'; frame-ancestors 'none'"

    static func add(to headers: inout HeaderFields, surface: Route.Surface, isSecure: Bool) {
        headers.add(missing: surface == .page ? page : data)
        if isSecure { headers.add(missing: secure) }
    }

    private static let page = fields(
        pagePolicy,
        [
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ])
    private static let data = fields(dataPolicy, [])
    private static let secure: HeaderFields = [
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    ]

    private static func fields(_ policy: String, _ more: [(String, String)]) -> HeaderFields {
        var fields: HeaderFields = [
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Referrer-Policy", "same-origin"),
            // Shared computers of a school: nothing personal stays in a cache unless a handler says that it may.
            ("Cache-Control", "no-store"),
        ]
        for (name, value) in more { fields.add(name, value) }
        return fields
    }
}
