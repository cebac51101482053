internal import Web

/// Where to go after signing in: always a page of this site, whatever the address says.
enum ReturnPath {
    static let parameter = "next"
    static let start: Link = "/home"

    /// The sign-in page that comes back to `page` afterwards.
    static func link(back page: Link) -> Link {
        page.text == "/" || page.text == start.text ? "/login" : "/login?next=\(page.text)"
    }

    /// `Link(localPath:)` refuses other sites; the pages of signing in and out would lead in a circle.
    static func target(_ text: String?) -> Link {
        guard let text, let link = Link(localPath: text) else { return start }
        let path = text.prefix { $0 != "?" && $0 != "#" }
        return path == "/" || path == "/login" || path == "/logout" ? start : link
    }
}
