/// Things one under the other, each with where it leads, a line about itself, a word set apart and what can be done with it.
package struct ItemList: Sendable {
    package struct Item: Sendable {
        package var title: String
        package var link: Link?
        /// In small below the title.
        package var details: [String]
        package var marks: [(label: String, kind: Notice.Kind?)]
        /// Below the details: a text, an excerpt.
        package var content: HTML?
        /// At the end of the line: buttons.
        package var actions: HTML?
        /// Such as a message not read yet: in bold, and said to those who do not see it.
        package var isNew: Bool

        package init(
            _ title: String, link: Link? = nil, details: [String] = [],
            marks: [(label: String, kind: Notice.Kind?)] = [], content: HTML? = nil, actions: HTML? = nil,
            isNew: Bool = false
        ) {
            self.title = title
            self.link = link
            self.details = details
            self.marks = marks
            self.content = content
            self.actions = actions
            self.isNew = isNew
        }
    }

    private let items: [Item]

    package init(_ items: [Item]) { self.items = items }

    package func html(_ language: Language) -> HTML {
        "<ul class=\"items\">\(items.html { ItemList.line($0, language) })</ul>"
    }

    private static func line(_ item: Item, _ language: Language) -> HTML {
        let title: HTML = item.link.map { "<a href=\"\($0)\">\(item.title)</a>" } ?? HTML(text: item.title)
        let new: HTML? = item.isNew ? "<span class=\"unseen\">\(Phrase.new[language]) </span>" : nil
        let marks = item.marks.html { " \(Component.tag($0.label, $0.kind))" }
        let details: HTML? =
            item.details.isEmpty ? nil : "<p class=\"item-details\">\(item.details.joined(separator: " · "))</p>"
        let content: HTML? = item.content.map { "<div class=\"item-content\">\($0)</div>" }
        let actions: HTML? = item.actions.map { "<div class=\"actions\">\($0)</div>" }
        return """
            <li class="item\(item.isNew ? " is-new" : "")"><div class="item-body">\
            <p class="item-title">\(new)\(title)\(marks)</p>\(details)\(content)</div>\(actions)</li>
            """
    }
}
