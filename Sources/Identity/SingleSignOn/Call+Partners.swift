internal import Cryptography
internal import HTTP
internal import Web

extension Call {
    /// A page whose form sends itself to a registered service.
    func posting(_ fields: [(name: String, value: String)], to address: String, origin: String) -> Response {
        var response = Response.html(
            SingleSignOnPages(language: language).posting(fields, to: address).bytes)
        response.headers.set(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'sha256-\(Call.scriptHash)'; form-action \(origin); frame-ancestors 'none'; "
                + "base-uri 'none'")
        response.headers.set("Referrer-Policy", "no-referrer")
        return noStore(response)
    }

    private static let scriptHash = Base64.encode(SHA256.hash(SingleSignOnPages.scriptText))
}

extension Response {
    /// Lets a page run the scripts of this site.
    mutating func allowScript() {
        headers.set(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
                + "frame-ancestors 'none'; base-uri 'none'")
    }

    /// Lets the form of a page lead on to one more origin: a browser holds the redirects after a post to the policy as well.
    mutating func allowForm(to origin: String) {
        headers.set(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' \(origin); "
                + "frame-ancestors 'none'; base-uri 'none'")
    }
}
