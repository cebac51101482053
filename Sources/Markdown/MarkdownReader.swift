internal import CMarkGFM
internal import Synchronization

/// Reads Markdown (CommonMark 0.29 with GitHub's tables, strikethrough and bare addresses) by cmark-gfm. Makes nothing of it:
/// what becomes of each step is the caller's.
package enum MarkdownReader {
    /// In bytes; a longer text is cut there, at the beginning of a character.
    package static let longest = 20_000
    /// Steps after which the rest is left out: a few characters of Markdown can make many.
    static let mostEvents = 40_000
    /// Of all tables together, about.
    static let mostCells = 20_000

    // Registering is not for two threads at once.
    private static let areRegistered: Bool = {
        cmark_gfm_core_extensions_ensure_registered()
        return true
    }()

    /// cmark-gfm 0.29 has one table of the characters that mean something inside a line, and whoever has finished takes those
    /// of the extensions out of it: to whoever is at it on another thread, "~~a~~" is nothing but text then.
    private static let inlines = Mutex(())

    package static func events(_ text: String) -> [MarkdownEvent] {
        guard areRegistered, let parser = cmark_parser_new(CMARK_OPT_VALIDATE_UTF8) else { return [.text(text)] }
        defer { cmark_parser_free(parser) }
        let bytes = cut(text)
        for name in mayHaveTables(bytes) ? ["table", "strikethrough", "autolink"] : ["strikethrough", "autolink"] {
            if let found = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, found) }
        }
        bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: CChar.self) { cmark_parser_feed(parser, $0.baseAddress, $0.count) }
        }
        var parsed: OpaquePointer?
        inlines.withLock { _ in parsed = cmark_parser_finish(parser) }
        guard let document = parsed else { return [] }
        defer { cmark_node_free(document) }
        return walk(document)
    }

    private static func cut(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8.prefix(longest + 4))
        guard bytes.count > longest else { return bytes }
        var end = longest
        while end > 0, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        bytes.removeSubrange(end...)
        return bytes
    }

    /// cmark-gfm 0.29 gives every line of a table as many cells as its first has: 500 signs and 10,000 empty lines are five
    /// million cells.
    private static func mayHaveTables(_ bytes: [UInt8]) -> Bool {
        var (lines, widest, width) = (1, 1, 1)
        for byte in bytes {
            if byte == UInt8(ascii: "|") { width += 1 }
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else { continue }
            lines += 1
            widest = max(widest, width)
            width = 1
        }
        return lines * max(widest, width) <= mostCells
    }

    private static func walk(_ document: OpaquePointer) -> [MarkdownEvent] {
        guard let iterator = cmark_iter_new(document) else { return [] }
        defer { cmark_iter_free(iterator) }
        var events: [MarkdownEvent] = []
        while true {
            let step = cmark_iter_next(iterator)
            guard step != CMARK_EVENT_DONE, let node = cmark_iter_get_node(iterator) else { return events }
            let isEnd = step == CMARK_EVENT_EXIT
            // What was entered is still left when the limit is reached.
            guard events.count < mostEvents || isEnd else { continue }
            if let element = element(node) {
                events.append(isEnd ? .exit(element) : .enter(element))
            } else if !isEnd, let leaf = leaf(node) {
                events.append(leaf)
            }
        }
    }

    private static func leaf(_ node: OpaquePointer) -> MarkdownEvent? {
        func literal() -> String { cmark_node_get_literal(node).map { String(cString: $0) } ?? "" }
        switch kind(node) {
        case "text": return .text(literal())
        case "code": return .code(literal())
        case "code_block": return .codeBlock(literal())
        case "html_block", "html_inline": return .rawHTML(literal())
        case "softbreak": return .softBreak
        case "linebreak": return .lineBreak
        case "thematic_break": return .rule
        default: return nil
        }
    }

    private static func element(_ node: OpaquePointer) -> MarkdownElement? {
        func address() -> String { cmark_node_get_url(node).map { String(cString: $0) } ?? "" }
        switch kind(node) {
        case "paragraph": return isTight(node) ? .tightParagraph : .paragraph
        case "heading": return .heading(level: Int(cmark_node_get_heading_level(node)))
        case "block_quote": return .quote
        case "list":
            return cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
                ? .orderedList(start: Int(cmark_node_get_list_start(node))) : .list
        case "item": return .item
        case "emph": return .emphasis
        case "strong": return .strong
        case "strikethrough": return .strikethrough
        case "link": return .link(address: address())
        case "image": return .image(address: address())
        case "table": return .table
        case "table_header": return .tableHeader
        case "table_row": return .tableRow
        case "table_cell": return cell(node)
        default: return nil
        }
    }

    private static func kind(_ node: OpaquePointer) -> String {
        cmark_node_get_type_string(node).map { String(cString: $0) } ?? ""
    }

    private static func isTight(_ node: OpaquePointer) -> Bool {
        guard let item = cmark_node_parent(node), kind(item) == "item", let list = cmark_node_parent(item) else {
            return false
        }
        return cmark_node_get_list_tight(list) != 0
    }

    private static func cell(_ node: OpaquePointer) -> MarkdownElement? {
        guard let row = cmark_node_parent(node), let table = cmark_node_parent(row), kind(table) == "table" else {
            return nil
        }
        var column = 0
        var previous = cmark_node_previous(node)
        while let cell = previous {
            column += 1
            previous = cmark_node_previous(cell)
        }
        let columns = Int(cmark_gfm_extensions_get_table_columns(table))
        let letters = cmark_gfm_extensions_get_table_alignments(table)
        let letter: UInt8? = column < columns ? letters?[column] : nil
        let alignment: MarkdownAlignment =
            switch letter {
            case UInt8(ascii: "l"): .left
            case UInt8(ascii: "c"): .center
            case UInt8(ascii: "r"): .right
            default: .none
            }
        return .tableCell(alignment, isHeader: kind(row) == "table_header")
    }
}
