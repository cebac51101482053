internal import HTTP
internal import Tenancy
internal import Web

extension Call {
    /// Another host's origin, with the scheme and port of this request: in development every site is behind one front on one
    /// port.
    func address(onHost host: String) -> String {
        let given = request.header("host") ?? ""
        let port = given.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last
            .flatMap { Substring($0) }.flatMap { given.contains(":") ? UInt16($0) : nil }
        return (request.isSecure ? "https://" : "http://") + host + (port.map { ":\($0)" } ?? "")
    }

    /// The same page of the territory's own site; nil on that site. What others know only its addresses for (identity
    /// providers, by registered addresses) is done there.
    func elsewhere(_ link: Link) -> Response? {
        guard hostEstablishment != nil, let host = territory?.hosts.first else { return nil }
        return noStore(.redirect(.seeOther, to: address(onHost: host) + link.text))
    }
}
