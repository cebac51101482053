internal import HTTP

/// Lets the pages of registered fronts call the API from a browser (Fetch standard, CORS): never with cookies, so that what
/// they may do is what their token opens.
package struct CrossOrigin: Sendable {
    private let isFront: @Sendable (String) -> Bool

    /// - Parameter isFront: whether an origin (`https://host:port`) is a registered front's; called on the loop.
    package init(isFront: @escaping @Sendable (String) -> Bool) { self.isFront = isFront }

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE"
    private static let headers =
        "Authorization, Content-Type, Accept, Accept-Language, If-Match, If-None-Match, Idempotency-Key, Range"
    private static let exposed =
        "ETag, Location, Link, Retry-After, WWW-Authenticate, X-Request-ID, X-Preau-Node, Content-Language, Content-Range"

    /// The origin that a request comes from and that may read the answer; nil for every other request.
    func origin(of request: Request) -> String? {
        guard let origin = request.header("origin"), origin.utf8.count <= 300, CrossOrigin.concerns(request.path),
            isFront(origin)
        else { return nil }
        return origin
    }

    /// Pages are nobody's to read.
    private static func concerns(_ path: String) -> Bool {
        path.hasPrefix("/api/") || ["/oidc/token", "/oidc/userinfo", "/oidc/revoke", "/oidc/jwks"].contains(path)
    }

    static func isPreflight(_ request: Request) -> Bool {
        request.method == .options && request.header("access-control-request-method") != nil
    }

    static let preflight = Response(
        status: .noContent,
        headers: [
            ("Access-Control-Allow-Methods", methods), ("Access-Control-Allow-Headers", headers),
            ("Access-Control-Max-Age", "600"),
        ])

    static func open(_ response: inout Response, to origin: String) {
        response.headers.set("Access-Control-Allow-Origin", origin)
        response.headers.add("Vary", "Origin")
        response.headers.set("Access-Control-Expose-Headers", exposed)
        response.headers.set("Cross-Origin-Resource-Policy", "cross-origin")
    }
}
