/// What a document says about itself, and what it may cost at most.
package struct PDFInformation: Sendable {
    /// The title, which a reader shows in place of a file name.
    package let title: String
    /// The language of the text, for a screen reader's voice: `fr`, `en`.
    package let language: String
    package let author: String
    /// Small line at the foot of each page, before the page's number. Empty: no foot at all.
    package let foot: String
    package let layout: PDFPageLayout
    package let limits: PDFLimits

    package init(
        title: String, language: String, author: String, foot: String = "", layout: PDFPageLayout = .a4,
        limits: PDFLimits = .standard
    ) {
        self.title = title
        self.language = language
        self.author = author
        self.foot = foot
        self.layout = layout
        self.limits = limits
    }
}

/// The sheet, in points (1/72 inch).
package struct PDFPageLayout: Sendable {
    package let width: Double
    package let height: Double
    package let margin: Double

    package init(width: Double, height: Double, margin: Double) {
        self.width = width
        self.height = height
        self.margin = margin
    }

    package static let a4 = PDFPageLayout(width: 595.276, height: 841.89, margin: 56.7)

    /// Points of so many millimetres.
    package static func millimetres(_ value: Double) -> Double { value * 72 / 25.4 }
}

package struct PDFLimits: Sendable {
    package let pages: Int
    package let bytes: Int
    /// Of one heading, paragraph or cell.
    package let characters: Int

    package init(pages: Int, bytes: Int, characters: Int) {
        self.pages = pages
        self.bytes = bytes
        self.characters = characters
    }

    package static let standard = PDFLimits(pages: 2_000, bytes: 48 << 20, characters: 100_000)
}
