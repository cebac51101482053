extension Component {
    /// The way from the first page to this one; the last step is this page, without a link.
    package static func breadcrumbs(_ steps: [(label: String, link: Link)], here: String, _ language: Language) -> HTML
    {
        let links = steps.html { "<li><a href=\"\($0.link)\">\($0.label)</a></li>" }
        return """
            <nav class="breadcrumbs" aria-label="\(Phrase.breadcrumbs[language])"><ol>\(links)\
            <li><span aria-current="page">\(here)</span></li></ol></nav>
            """
    }

    /// Something that is shown on demand, opened by the browser itself.
    package static func disclosure(_ label: String, isOpen: Bool = false, _ content: HTML) -> HTML {
        "<details class=\"card disclosure\"\(flag: "open", isOpen)><summary>\(label)</summary><div>\(content)</div></details>"
    }

    /// How far something is, in words and as a bar; `label` names it for those who do not see the bar.
    package static func progress(_ label: String, _ done: Int, of whole: Int, _ language: Language) -> HTML {
        let words = "\(language.number(done)) / \(language.number(whole))"
        return """
            <p class="progress"><span>\(label)</span> <progress max="\(whole)" value="\(min(done, whole))" aria-label="\(label)">\
            \(words)</progress> <span class="number">\(words)</span></p>
            """
    }

    /// A hidden field of a form.
    package static func hidden(_ name: String, _ value: String?) -> HTML? {
        value.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" }
    }
}
