internal import Markdown

/// Writes one text's steps as HTML.
struct RichTextWriter {
    private(set) var html = HTML()
    private let formulas: Formulas
    private let heading: Int
    /// What is open, with how it is closed.
    private var open: [HTML] = []
    private var addressBytes = 0

    /// Deeper than this, elements are left out and their content stays.
    private static let deepest = 24
    /// Of all addresses: references can repeat a long one many times.
    private static let mostAddressBytes = 65_536

    init(formulas: Formulas, heading: Int) {
        self.formulas = formulas
        self.heading = heading
    }

    mutating func write(_ event: MarkdownEvent) {
        switch event {
        case .enter(let element): enter(element)
        case .exit: html += open.popLast() ?? .empty
        case .text(let text): html += formulas.html(of: text)
        case .code(let text): html += "<code>\(formulas.restored(in: text))</code>"
        case .codeBlock(let text): html += "<pre tabindex=\"0\"><code>\(formulas.restored(in: text))</code></pre>"
        case .rawHTML(let text): html += HTML(text: formulas.restored(in: text))
        case .softBreak: html += "\n"
        case .lineBreak: html += "<br>"
        case .rule: html += "<hr>"
        }
    }

    private mutating func enter(_ element: MarkdownElement) {
        guard open.count < RichTextWriter.deepest else {
            open.append(.empty)
            return
        }
        let (start, end) = tags(element)
        html += start
        open.append(end)
    }

    private mutating func tags(_ element: MarkdownElement) -> (start: HTML, end: HTML) {
        switch element {
        case .paragraph: return ("<p>", "</p>")
        case .tightParagraph: return (.empty, .empty)
        case .heading(let level): return RichTextWriter.heading(min(6, heading + level - 1))
        case .quote: return ("<blockquote>", "</blockquote>")
        case .list: return ("<ul>", "</ul>")
        case .orderedList(let start):
            return start == 1 ? ("<ol>", "</ol>") : ("<ol start=\"\(max(0, start))\">", "</ol>")
        case .item: return ("<li>", "</li>")
        case .emphasis: return ("<em>", "</em>")
        case .strong: return ("<strong>", "</strong>")
        case .strikethrough: return ("<del>", "</del>")
        case .link(let address): return link(address, isImage: false)
        case .image(let address): return link(address, isImage: true)
        case .table: return ("<div class=\"table-scroll\" tabindex=\"0\"><table>", "</table></div>")
        case .tableHeader: return ("<thead><tr>", "</tr></thead>")
        case .tableRow: return ("<tr>", "</tr>")
        case .tableCell(let alignment, let isHeader):
            let name: HTML = alignment.name.map { " class=\"\($0)\"" } ?? .empty
            return isHeader ? ("<th scope=\"col\"\(name)>", "</th>") : ("<td\(name)>", "</td>")
        }
    }

    private static func heading(_ level: Int) -> (start: HTML, end: HTML) {
        ("<h\(level)>", "</h\(level)>")
    }

    /// An image keeps its description, as a link to it.
    private mutating func link(_ address: String, isImage: Bool) -> (start: HTML, end: HTML) {
        let restored = formulas.restored(in: address)
        addressBytes += restored.utf8.count
        guard addressBytes <= RichTextWriter.mostAddressBytes, !open.contains("</a>"),
            let link = LinkAddress(restored)
        else { return (.empty, .empty) }
        let mark: HTML = isImage ? "<span aria-hidden=\"true\">🖼 </span>" : .empty
        if link.isLocal { return ("<a href=\"\(link.text)\">\(mark)", "</a>") }
        return ("<a href=\"\(link.text)\" rel=\"noopener noreferrer nofollow\">\(mark)", "</a>")
    }
}

extension MarkdownAlignment {
    fileprivate var name: String? {
        switch self {
        case .none, .left: nil
        case .center: "center"
        case .right: "right"
        }
    }
}
