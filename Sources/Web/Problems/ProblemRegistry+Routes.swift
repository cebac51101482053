internal import HTTP

extension ProblemRegistry {
    /// `/errors/{code}`: where the `type` of a problem document leads, in people's words.
    package var routes: [Route] {
        let registry = self
        return [
            .page(
                .get, "/errors/{code}", access: .everyone, tag: "Web", summary: "What an error code means.",
                parameters: [.text("code", "A code of a problem document.", maxLength: 100)]
            ) { call in
                guard let code = registry[try call.path.text("code")] else { throw Problem(.notFound) }
                let facts = Component.facts([
                    (Phrase.code[call.language], "<code>\(code.code)</code>"),
                    (Phrase.httpStatus[call.language], "\(code.status)"),
                ])
                let main: HTML = """
                    \(Component.heading(code.title[call.language]))\
                    \(Component.card("<p>\(code.meaning[call.language])</p>"))\(Component.card(facts))
                    """
                return call.page(Page(title: code.title, main: main, width: .narrow))
            }
        ]
    }
}

extension Phrase {
    fileprivate static let code = Phrase(fr: "Code", en: "Code")
    fileprivate static let httpStatus = Phrase(fr: "Statut HTTP", en: "HTTP status")
}
