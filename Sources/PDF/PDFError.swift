/// What writing a PDF document can fail with.
package enum PDFError: Error, Equatable {
    /// cairo or Pango could not get its working memory.
    case outOfMemory
    /// The document would pass the limit of bytes, or one text the limit of characters.
    case tooLarge(limit: Int)
    /// The document would pass its limit of pages.
    case tooManyPages(limit: Int)
    /// The image is not a PNG, is damaged, or has more pixels than are taken.
    case unreadableImage
    /// cairo refused; `status` is a `cairo_status_t`.
    case library(status: UInt32)
    /// What cairo wrote does not have the form that the language and the descriptions can be added to.
    case unexpectedOutput
}
