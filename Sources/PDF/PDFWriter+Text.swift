internal import CPango

extension PDFWriter {
    /// - Parameter level: 1 for the document's title, 2 and 3 below it.
    package func heading(_ level: Int, _ text: String) throws(PDFError) {
        let style = PDFTextStyle.heading(level)
        space(style.size * 0.6)
        // A heading stays with the lines that follow it.
        try needRoom(style.size * 2 + 40)
        try flow(text, style, tag: "H\(min(max(level, 1), 3))", left: left, width: width)
    }

    /// Text as it stands; a line end in it is a line end on paper.
    package func paragraph(_ text: String, _ style: PDFTextStyle = .body) throws(PDFError) {
        guard !text.isEmpty else { return }
        try flow(text, style, tag: "P", left: left, width: width)
    }

    /// A paragraph in a part of the sheet's width, for addresses and notes beside something.
    /// - Parameters:
    ///   - left: from the left edge of the sheet, in points.
    ///   - width: in points.
    package func paragraph(
        _ text: String, _ style: PDFTextStyle = .body, left: Double, width: Double
    ) throws(PDFError) {
        guard !text.isEmpty else { return }
        try flow(text, style, tag: "P", left: left, width: width)
    }

    package func list(_ items: [String], _ style: PDFTextStyle = .body) throws(PDFError) {
        guard !items.isEmpty else { return }
        let indent = style.size * 1.4
        begin("L")
        for item in items {
            try needRoom(style.size * 1.5)
            begin("LI")
            let bullet = try block("•", style, width: indent)
            if let line = bullet.lines.first {
                begin("Lbl")
                bullet.draw(line, x: left + indent * 0.3, y: y, on: cairo)
                end("Lbl")
            }
            try flow(item, style, tag: "LBody", left: left + indent, width: width - indent)
            end("LI")
        }
        end("L")
    }

    /// A thin line across the page.
    package func rule() throws(PDFError) {
        try needRoom(8)
        cairo_set_source_rgb(cairo, 0.6, 0.6, 0.6)
        cairo_set_line_width(cairo, 0.6)
        cairo_move_to(cairo, left, y + 3)
        cairo_line_to(cairo, left + width, y + 3)
        cairo_stroke(cairo)
        advance(9)
    }

    func block(_ text: String, _ style: PDFTextStyle, width: Double) throws(PDFError) -> TextBlock {
        try TextBlock(text, style, width: width, context: context, limit: information.limits.characters)
    }

    /// Lines from here on, over as many pages as they take. An element of the structure ends with its page.
    private func flow(
        _ text: String, _ style: PDFTextStyle, tag: String, left: Double, width: Double
    ) throws(PDFError) {
        let block = try block(text, style, width: width)
        var top = y
        begin(tag)
        for line in block.lines {
            if top + line.bottom > bottom {
                end(tag)
                try newPage()
                begin(tag)
                top = y - line.top
            }
            block.draw(line, x: left, y: top, on: cairo)
            advance(top + line.bottom - y)
        }
        end(tag)
        space(style.spaceAfter)
    }
}
