internal import Markdown

/// What people type in Markdown, as a piece of a page.
///
/// Safe by construction: the markup is written here, from a closed list of elements without a single attribute that comes from
/// the text but the address of a link, which has to be one of a few kinds. HTML that was typed is shown as the text it is. There are
/// no images, since fetching one tells its owner who reads the page: they become links.
package enum RichText {
    /// In bytes of UTF-8; what is longer should be refused at its field, and is cut here.
    package static let longest = MarkdownReader.longest

    /// - Parameter heading: the level that the text's own first level becomes, below the page's.
    package static func html(_ text: String, heading: Int = 3) -> HTML {
        let (source, formulas) = Formulas.takenOut(of: text)
        var writer = RichTextWriter(formulas: formulas, heading: heading)
        for event in MarkdownReader.events(source) { writer.write(event) }
        return "<div class=\"rich-text\">\(writer.html)</div>"
    }

    /// The first words, without any markup: for a list or a title.
    package static func summary(_ text: String, atMost length: Int = 120) -> String {
        var words = ""
        let (source, formulas) = Formulas.takenOut(of: text)
        for event in MarkdownReader.events(source) {
            switch event {
            case .text(let piece), .code(let piece), .rawHTML(let piece):
                words += formulas.restored(in: piece)
            case .softBreak, .lineBreak: words += " "
            case .enter(.paragraph), .enter(.item), .enter(.heading), .enter(.tableCell):
                if !words.isEmpty { words += " " }
            default: continue
            }
            if words.count > length * 2 { break }
        }
        let clean = words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard clean.count > length else { return clean }
        return clean.prefix(length).split(separator: " ").dropLast().joined(separator: " ") + "…"
    }
}
