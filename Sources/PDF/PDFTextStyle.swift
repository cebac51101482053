/// How a text is set. A document has few of these: they are its typography.
package struct PDFTextStyle: Sendable, Equatable {
    package enum Alignment: Sendable { case start, centre, end }

    package let size: Double
    package let isBold: Bool
    package let isItalic: Bool
    package let isMonospaced: Bool
    /// 0 black to 1 white; small text stays below 0.4 to be readable on any printer.
    package let grey: Double
    package let alignment: Alignment
    package let spaceAfter: Double

    package init(
        size: Double = 10.5, isBold: Bool = false, isItalic: Bool = false, isMonospaced: Bool = false,
        grey: Double = 0, alignment: Alignment = .start, spaceAfter: Double = 6
    ) {
        self.size = size
        self.isBold = isBold
        self.isItalic = isItalic
        self.isMonospaced = isMonospaced
        self.grey = grey
        self.alignment = alignment
        self.spaceAfter = spaceAfter
    }

    package static let body = PDFTextStyle()
    package static let small = PDFTextStyle(size: 8.5, grey: 0.3, spaceAfter: 4)
    package static let strong = PDFTextStyle(isBold: true)
    package static let code = PDFTextStyle(size: 11, isMonospaced: true)

    static func heading(_ level: Int) -> PDFTextStyle {
        switch level {
        case 1: PDFTextStyle(size: 19, isBold: true, spaceAfter: 10)
        case 2: PDFTextStyle(size: 14, isBold: true, spaceAfter: 6)
        default: PDFTextStyle(size: 11.5, isBold: true, spaceAfter: 4)
        }
    }

    static let cell = PDFTextStyle(size: 9, spaceAfter: 0)
    static let headerCell = PDFTextStyle(size: 9, isBold: true, spaceAfter: 0)
    static let foot = PDFTextStyle(size: 8, grey: 0.3, spaceAfter: 0)
}
