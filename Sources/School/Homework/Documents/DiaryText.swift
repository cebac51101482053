internal import Markdown
internal import PDF

/// What a teacher typed in Markdown, on paper: paragraphs, lists, headings, code and tables as text. Emphasis is left to the page.
struct DiaryText {
    private enum Block {
        case paragraph
        case heading
        case code
    }

    private var text = ""
    private var items: [String] = []
    private var depth = 0
    private var cells: [String] = []

    static func write(_ markdown: String, to writer: PDFWriter) throws(PDFError) {
        guard !markdown.isEmpty else { return }
        var state = DiaryText()
        for event in MarkdownReader.events(markdown) { try state.take(event, writer) }
        try state.flush(.paragraph, writer)
        try state.endList(writer)
    }

    private mutating func take(_ event: MarkdownEvent, _ writer: PDFWriter) throws(PDFError) {
        switch event {
        case .text(let piece), .code(let piece), .rawHTML(let piece): text += piece
        case .softBreak: text += " "
        case .lineBreak: text += "\n"
        case .codeBlock(let code):
            try flush(.paragraph, writer)
            text = code
            try flush(.code, writer)
        case .rule:
            try flush(.paragraph, writer)
            try writer.rule()
        case .enter(.list), .enter(.orderedList):
            if depth == 0 { try flush(.paragraph, writer) } else { endItem() }
            depth += 1
        case .exit(.list), .exit(.orderedList):
            endItem()
            depth -= 1
            if depth == 0 { try endList(writer) }
        case .exit(.item): endItem()
        case .exit(.paragraph), .exit(.tightParagraph), .exit(.quote):
            if depth == 0 { try flush(.paragraph, writer) } else { text += "\n" }
        case .exit(.heading): try flush(.heading, writer)
        case .exit(.tableCell):
            cells.append(text)
            text = ""
        case .exit(.tableRow), .exit(.tableHeader):
            text = cells.joined(separator: "  |  ")
            cells = []
            try flush(.paragraph, writer)
        case .exit(.link(let address)) where !address.isEmpty && !text.hasSuffix(address): text += " (\(address))"
        default: break
        }
    }

    private mutating func endItem() {
        let item = String(text.split(separator: "\n").joined(separator: "\n"))
        if !item.isEmpty { items.append(item) }
        text = ""
    }

    private mutating func endList(_ writer: PDFWriter) throws(PDFError) {
        guard !items.isEmpty else { return }
        try writer.list(items)
        items = []
    }

    private mutating func flush(_ block: Block, _ writer: PDFWriter) throws(PDFError) {
        let written = text
        text = ""
        guard !written.isEmpty else { return }
        switch block {
        case .paragraph: try writer.paragraph(written)
        case .heading: try writer.paragraph(written, .strong)
        case .code: try writer.paragraph(written, .code)
        }
    }
}
