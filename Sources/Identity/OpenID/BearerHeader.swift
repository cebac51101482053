package import HTTP

/// A bearer token in a request, and what is answered for want of a good one (RFC 6750).
package enum BearerHeader {
    /// - Returns: nil without such a header, and for one that is too long to be a token of ours.
    package static func token(of request: Request) -> String? {
        guard let header = request.header("authorization"), header.utf8.count < 1000 else { return nil }
        // RFC 9110 §11.1: the scheme in any case.
        guard header.prefix(7).lowercased() == "bearer " else { return nil }
        return String(header.dropFirst(7))
    }

    static func value(_ error: String?, scope: String? = nil) -> String {
        "Bearer realm=\"preau\"" + (error.map { ", error=\"\($0)\"" } ?? "") + (scope.map { ", scope=\"\($0)\"" } ?? "")
    }

    static func challenge(_ error: String?, scope: String? = nil) -> Response {
        var response = noStore(.status(scope == nil ? .unauthorized : .forbidden))
        response.headers.set("WWW-Authenticate", value(error, scope: scope))
        return response
    }
}
