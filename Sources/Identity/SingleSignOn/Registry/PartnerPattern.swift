/// Which addresses belong to a service: scheme, host and port the same, the path the same or below.
///
/// `https://*.example.fr/app/` stands for every host below `example.fr` (one label or more), never for `example.fr` itself.
package struct PartnerPattern: Hashable, Sendable {
    package let url: PartnerURL
    /// The host begins with `*.`, which `url` is without.
    package let coversSubdomains: Bool

    /// Nil for what is no address, for one with a query, and for a star over a whole top-level domain.
    package init?(_ text: String) {
        let marks = ["https://*.": "https://", "http://*.": "http://"]
        var text = text
        var isWild = false
        for (mark, scheme) in marks where text.hasPrefix(mark) {
            text = scheme + text.dropFirst(mark.count)
            isWild = true
        }
        guard let url = PartnerURL(text), url.query == nil, !isWild || url.host.contains(".") else { return nil }
        self.url = url
        coversSubdomains = isWild
    }

    package var text: String {
        coversSubdomains
            ? (url.isSecure ? "https://*." : "http://*.") + url.text.dropFirst(url.isSecure ? 8 : 7) : url.text
    }

    package func covers(_ other: PartnerURL) -> Bool {
        guard url.isSecure == other.isSecure, url.port == other.port else { return false }
        guard coversSubdomains ? other.host.hasSuffix("." + url.host) : other.host == url.host else { return false }
        // Below means after a slash: /pronote is not above /pronote-faux.
        return other.path == url.path
            || other.path.hasPrefix(url.path.hasSuffix("/") ? url.path : url.path + "/")
            || url.path == other.path + "/"
    }
}
