/// A step of a walk through a text written in Markdown, in its order: flat, so that depth costs no stack.
package enum MarkdownEvent: Equatable, Sendable {
    case enter(MarkdownElement)
    case exit(MarkdownElement)
    case text(String)
    case code(String)
    case codeBlock(String)
    /// What looks like HTML, as it was typed.
    case rawHTML(String)
    case softBreak
    case lineBreak
    case rule
}

/// What holds other things.
package enum MarkdownElement: Equatable, Sendable {
    case paragraph
    /// In a list whose items are one line each.
    case tightParagraph
    case heading(level: Int)
    case quote
    case list
    case orderedList(start: Int)
    case item
    case emphasis
    case strong
    case strikethrough
    case link(address: String)
    case image(address: String)
    case table
    case tableHeader
    case tableRow
    case tableCell(MarkdownAlignment, isHeader: Bool)
}

package enum MarkdownAlignment: Equatable, Sendable {
    case none
    case left
    case center
    case right
}
