/// The columns of a table: what their header cells say, and how the width is shared.
package struct PDFColumn: Sendable {
    package let title: String
    /// Its part of the width, in relation to the other columns'.
    package let share: Double

    package init(_ title: String, share: Double = 1) {
        self.title = title
        self.share = share
    }
}

/// Writes a table row by row, so that its length costs no memory. The header row comes again on each page.
package struct PDFTable: ~Copyable {
    private let writer: PDFWriter
    private let columns: [PDFColumn]
    private let widths: [Double]

    private static let padding = 4.0

    /// Begins a table; `finish()` ends it.
    package init(_ columns: [PDFColumn], in writer: PDFWriter) throws(PDFError) {
        self.writer = writer
        self.columns = columns
        let sum = max(columns.reduce(0) { $0 + $1.share }, 0.001)
        widths = columns.map { $0.share / sum * writer.width }
        writer.begin("Table")
        try writer.needRoom(60)
        try header()
    }

    /// A row; missing cells are empty, and what is past the last column is left out.
    package func row(_ cells: [String]) throws(PDFError) {
        try row(cells, style: .cell, tag: "TD")
    }

    package consuming func finish() {
        writer.end("Table")
        writer.space(8)
    }

    private func header() throws(PDFError) {
        try row(columns.map(\.title), style: .headerCell, tag: "TH")
    }

    private func row(_ cells: [String], style: PDFTextStyle, tag: String) throws(PDFError) {
        var blocks: [TextBlock] = []
        for (index, width) in widths.enumerated() {
            blocks.append(
                try writer.block(
                    index < cells.count ? cells[index] : "", style, width: max(width - 2 * PDFTable.padding, 10)))
        }
        var next = [Int](repeating: 0, count: blocks.count)
        let firstLine = blocks.compactMap(\.lines.first?.height).max() ?? 0
        if writer.y + firstLine + 2 * PDFTable.padding > writer.bottom, tag == "TD" {
            try writer.newPage()
            try header()
        }
        repeat {
            drawPart(of: blocks, from: &next, tag: tag)
            guard zip(next, blocks).contains(where: { $0 < $1.lines.count }) else { return }
            try writer.newPage()
            if tag == "TD" { try header() }
        } while true
    }

    /// As many lines of each cell as the page has room for, and at least one.
    private func drawPart(of blocks: [TextBlock], from next: inout [Int], tag: String) {
        let top = writer.y + PDFTable.padding
        var height = 0.0
        var x = writer.left
        writer.begin("TR")
        for (index, block) in blocks.enumerated() {
            writer.begin(tag)
            let offset = next[index] < block.lines.count ? block.lines[next[index]].top : 0
            var isFirst = true
            while next[index] < block.lines.count {
                let line = block.lines[next[index]]
                guard isFirst || top + line.bottom - offset + PDFTable.padding <= writer.bottom else { break }
                block.draw(line, x: x + PDFTable.padding, y: top - offset, on: writer.cairo)
                height = max(height, line.bottom - offset)
                next[index] += 1
                isFirst = false
            }
            writer.end(tag)
            x += widths[index]
        }
        writer.end("TR")
        writer.advance(height + 2 * PDFTable.padding)
        writer.line(at: writer.y, isStrong: tag == "TH")
    }
}
