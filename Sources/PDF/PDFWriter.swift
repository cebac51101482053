internal import CPango

/// A tagged PDF document, written from top to bottom: each call puts something below what is there, on a new page when
/// the page is full. Readers of screens get the language, the title, headings, paragraphs, lists, tables with their
/// header cells, and a description of each image.
///
/// Setting text computes for long (about a millisecond a page): run this on a `BlockingPool`, never on a loop. Memory is what
/// the finished document takes, plus a page.
package final class PDFWriter {
    let information: PDFInformation
    private let output: PDFOutput
    private let surface: OpaquePointer
    let cairo: OpaquePointer
    let context: OpaquePointer

    /// Where the next thing goes, from the top of the sheet.
    private(set) var y: Double
    private var pageCount = 1
    private(set) var isPageEmpty = true
    var descriptions: [String] = []

    package init(_ information: PDFInformation) throws(PDFError) {
        self.information = information
        let layout = information.layout
        output = PDFOutput(limit: information.limits.bytes)
        y = layout.margin
        let closure = Unmanaged.passUnretained(output).toOpaque()
        guard
            let surface = cairo_pdf_surface_create_for_stream(PDFOutput.write, closure, layout.width, layout.height),
            let cairo = cairo_create(surface)
        else { throw .outOfMemory }
        self.surface = surface
        self.cairo = cairo
        guard let context = pango_cairo_create_context(cairo) else {
            cairo_destroy(cairo)
            cairo_surface_destroy(surface)
            throw .outOfMemory
        }
        self.context = context
        // 1.4 has the classic table of objects, which PDFAmendment reads.
        cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, information.title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, information.author)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Préau")
        pango_context_set_language(context, pango_language_from_string(information.language))
        pango_context_set_round_glyph_positions(context, 0)
        if let options = cairo_font_options_create() {
            cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
            cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
            pango_cairo_context_set_font_options(context, options)
            cairo_font_options_destroy(options)
        }
        begin("Document")
    }

    deinit {
        g_object_unref(UnsafeMutableRawPointer(context))
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
    }

    /// Ends the document. Nothing may be written after it.
    /// - Returns: the whole file.
    package func finish() throws(PDFError) -> [UInt8] {
        end("Document")
        drawFoot()
        cairo_show_page(cairo)
        cairo_surface_finish(surface)
        try check()
        return try PDFAmendment(output.bytes).amended(
            language: information.language, descriptions: descriptions, limit: information.limits.bytes)
    }

    // MARK: The page

    var left: Double { information.layout.margin }
    var width: Double { information.layout.width - 2 * information.layout.margin }
    var bottom: Double { information.layout.height - information.layout.margin }

    /// Starts a new page, unless nothing is on this one yet.
    package func newPage() throws(PDFError) {
        guard !isPageEmpty else { return }
        guard pageCount < information.limits.pages else { throw .tooManyPages(limit: information.limits.pages) }
        drawFoot()
        cairo_show_page(cairo)
        try check()
        pageCount += 1
        y = information.layout.margin
        isPageEmpty = true
    }

    /// A new page when less than so many points are left on this one.
    package func needRoom(_ height: Double) throws(PDFError) {
        if y + height > bottom { try newPage() }
    }

    package func space(_ height: Double) { if !isPageEmpty { y += height } }

    /// Moves on to a place of the sheet, from its top: for what a printed form or an envelope's window wants exactly there.
    package func move(to y: Double) {
        self.y = min(max(y, 0), bottom)
        isPageEmpty = false
    }

    func advance(_ height: Double) {
        y += height
        isPageEmpty = false
    }

    private func drawFoot() {
        guard !information.foot.isEmpty,
            let block = try? TextBlock(
                "\(information.foot)  ·  \(pageCount)", .foot, width: width, context: context,
                limit: information.limits.characters),
            let line = block.lines.first
        else { return }
        block.draw(line, x: left, y: information.layout.height - information.layout.margin * 0.6, on: cairo)
    }

    // MARK: cairo

    func begin(_ tag: String) { cairo_tag_begin(cairo, tag, "") }
    func end(_ tag: String) { cairo_tag_end(cairo, tag) }

    func tagged(_ tag: String, _ body: () throws(PDFError) -> Void) throws(PDFError) {
        begin(tag)
        try body()
        end(tag)
    }

    private func check() throws(PDFError) {
        guard !output.isOverLimit else { throw .tooLarge(limit: information.limits.bytes) }
        for status in [cairo_status(cairo), cairo_surface_status(surface)] where status != CAIRO_STATUS_SUCCESS {
            throw status == CAIRO_STATUS_NO_MEMORY ? .outOfMemory : .library(status: status.rawValue)
        }
    }
}
