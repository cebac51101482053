/// A piece of a page with gaps: made once, filled for each reader.
///
/// The markup of a gap is a byte that no UTF-8 text contains, and its number: no text of a person's can be taken for one.
package struct HTMLTemplate: Sendable {
    private static let mark: UInt8 = 0xff

    private let bytes: [UInt8]
    private let gaps: [(position: Int, number: UInt8)]

    /// What stands for a gap in the piece that a template is made of.
    package static func gap<Gap: RawRepresentable<UInt8>>(_ gap: Gap) -> HTML { HTML(gap: mark, gap.rawValue) }

    /// - Parameter html: with ``gap(_:)`` wherever something is put in.
    package init(_ html: HTML) {
        var bytes: [UInt8] = []
        var gaps: [(position: Int, number: UInt8)] = []
        var rest = html.bytes[...]
        while let mark = rest.firstIndex(of: HTMLTemplate.mark), mark + 1 < rest.endIndex {
            bytes += rest[..<mark]
            gaps.append((bytes.count, rest[mark + 1]))
            rest = rest[(mark + 2)...]
        }
        bytes += rest
        self.bytes = bytes
        self.gaps = gaps
    }

    /// Bytes without what is put in.
    package var byteCount: Int { bytes.count }

    /// Appends the piece to `html`; `put` appends what belongs into each gap, in the order in which they come.
    package func fill<Gap: RawRepresentable<UInt8>>(
        _ html: inout HTML, _ put: (Gap, inout HTML) -> Void
    ) {
        var start = 0
        for (position, number) in gaps {
            html.append(bytes, start..<position)
            start = position
            if let gap = Gap(rawValue: number) { put(gap, &html) }
        }
        html.append(bytes, start..<bytes.count)
    }
}
