internal import CPango

/// One text laid out in a width, line by line, so that it can go on over a page's end.
final class TextBlock {
    struct Line {
        let line: OpaquePointer
        /// From the top of the block, in points.
        let top: Double
        let bottom: Double
        let baseline: Double
        let left: Double

        var height: Double { bottom - top }
    }

    private let layout: OpaquePointer
    let lines: [Line]
    let style: PDFTextStyle

    var height: Double { lines.last?.bottom ?? 0 }

    init(_ text: String, _ style: PDFTextStyle, width: Double, context: OpaquePointer, limit: Int) throws(PDFError) {
        guard text.utf8.count <= limit else { throw .tooLarge(limit: limit) }
        guard let layout = pango_layout_new(context), let font = pango_font_description_new() else {
            throw .outOfMemory
        }
        self.layout = layout
        self.style = style
        pango_font_description_set_family(font, style.isMonospaced ? "DejaVu Sans Mono" : "DejaVu Sans")
        pango_font_description_set_absolute_size(font, style.size * Double(PANGO_SCALE))
        pango_font_description_set_weight(font, style.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_font_description_set_style(font, style.isItalic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL)
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_layout_set_width(layout, Int32(width * Double(PANGO_SCALE)))
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        pango_layout_set_line_spacing(layout, 1.2)
        pango_layout_set_alignment(layout, TextBlock.alignment(of: style))
        let printable = TextBlock.printable(text)
        pango_layout_set_text(layout, printable, Int32(printable.utf8.count))
        lines = TextBlock.lines(of: layout)
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

    private static func alignment(of style: PDFTextStyle) -> PangoAlignment {
        switch style.alignment {
        case .start: PANGO_ALIGN_LEFT
        case .centre: PANGO_ALIGN_CENTER
        case .end: PANGO_ALIGN_RIGHT
        }
    }

    /// Draws one line with the top of the block at `y`.
    func draw(_ line: Line, x: Double, y: Double, on cairo: OpaquePointer) {
        cairo_set_source_rgb(cairo, style.grey, style.grey, style.grey)
        cairo_move_to(cairo, x + line.left, y + line.baseline)
        pango_cairo_show_layout_line(cairo, line.line)
    }

    /// Control characters have no glyph, and a NUL would end the text for Pango.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isControl($0) }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }

    private static func lines(of layout: OpaquePointer) -> [Line] {
        guard let iterator = pango_layout_get_iter(layout) else { return [] }
        defer { pango_layout_iter_free(iterator) }
        let scale = Double(PANGO_SCALE)
        var lines: [Line] = []
        repeat {
            guard let line = pango_layout_iter_get_line_readonly(iterator) else { break }
            var top: Int32 = 0
            var bottom: Int32 = 0
            var extents = PangoRectangle()
            pango_layout_iter_get_line_yrange(iterator, &top, &bottom)
            pango_layout_iter_get_line_extents(iterator, nil, &extents)
            lines.append(
                Line(
                    line: line, top: Double(top) / scale, bottom: Double(bottom) / scale,
                    baseline: Double(pango_layout_iter_get_baseline(iterator)) / scale, left: Double(extents.x) / scale)
            )
        } while pango_layout_iter_next_line(iterator) != 0
        return lines
    }
}
