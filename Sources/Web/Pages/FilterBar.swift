/// What narrows a list: a form that asks for the same page again, so that a filtered list has an address. Above a list, with
/// how many there are said below it.
package struct FilterBar: Sendable {
    private let action: Link
    private let fields: [Field]
    private let kept: [(name: String, value: String)]
    private let isFiltered: Bool

    /// - Parameters:
    ///   - action: the list's own page, without a query.
    ///   - fields: none is required; each with the value in force.
    ///   - kept: what else the address says and has to go on saying.
    package init(_ action: Link, _ fields: [Field], kept: [(name: String, value: String)] = []) {
        self.action = action
        self.fields = fields.map {
            var field = $0
            field.isRequired = false
            field.saysOptional = false
            return field
        }
        self.kept = kept
        isFiltered = fields.contains { !($0.value ?? "").isEmpty }
    }

    package func html(_ language: Language) -> HTML {
        let reset: HTML? =
            isFiltered ? "<a class=\"button quiet\" href=\"\(action)\">\(Phrase.clearFilters[language])</a>" : nil
        return """
            <form class="filters" method="get" action="\(action)" role="search" aria-label="\(Phrase.filters[language])">\
            \(kept.html { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" })\
            \(fields.html { $0.html(language) })\
            <div class="actions"><button class="button" type="submit">\(Phrase.applyFilters[language])</button>\(reset)</div></form>
            """
    }
}
