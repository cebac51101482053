internal import HTTP

/// The link that changes the language: keeps the choice in a cookie and comes back to the page.
package enum LanguageSwitch {
    /// The path to come back to follows, percent-encoded.
    static func link(to language: Language) -> Link { "/language/\(language.rawValue)?back=" }

    package static let route = Route.resource(
        .get, "/language/{language}", access: .everyone, tag: "Web",
        summary: "Keeps the language of the pages in a cookie and comes back.", surface: .page,
        parameters: [.enumeration("language", Language.allCases.map(\.rawValue), "The language wanted.")],
        query: [.text("back", "The path to come back to.", maxLength: 2000)],
        answers: [.empty("Back to the page.", status: 303)]
    ) { call in
        var response = Response.seeOther(call.query.text("back").flatMap { Link(localPath: $0) } ?? "/")
        let secure = call.request.isSecure ? "; Secure" : ""
        response.headers.add(
            "Set-Cookie",
            "\(Call.languageCookie)=\(try call.path.text("language")); Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly\(secure)"
        )
        return response
    }
}
