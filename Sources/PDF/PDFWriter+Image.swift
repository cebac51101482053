internal import CPango

extension PDFWriter {
    /// Black squares in a grid, sharp at any size: a QR code.
    /// - Parameters:
    ///   - cells: rows of cells, true is black; the caller leaves the quiet zone, four cells wide for a QR code.
    ///   - side: of the whole grid, in points.
    ///   - description: what a reader says in place of the image.
    ///   - left: from the left edge of the sheet; the margin when nil.
    package func grid(
        _ cells: [[Bool]], side: Double, description: String, left: Double? = nil
    ) throws(PDFError) {
        guard let count = cells.map(\.count).max(), count > 0 else { return }
        guard max(count, cells.count) <= 512 else { throw .unreadableImage }
        try needRoom(side)
        let cell = side / Double(max(count, cells.count))
        let x = left ?? self.left
        figure(description)
        cairo_set_source_rgb(cairo, 0, 0, 0)
        for (row, line) in cells.enumerated() {
            var start = 0
            // Neighbours are one rectangle: no hair lines between them.
            while start < line.count {
                guard line[start] else {
                    start += 1
                    continue
                }
                let end = line[start...].firstIndex(of: false) ?? line.count
                cairo_rectangle(
                    cairo, x + Double(start) * cell, y + Double(row) * cell, Double(end - start) * cell, cell)
                start = end
            }
        }
        cairo_fill(cairo)
        end("Figure")
        advance(side)
    }

    /// A PNG image.
    /// - Parameters:
    ///   - width: on paper, in points; the height follows.
    ///   - description: what a reader says in place of the image.
    package func image(png: [UInt8], width: Double, description: String, left: Double? = nil) throws(PDFError) {
        guard let size = PNGSource.size(png), size.width * size.height <= PNGSource.mostPixels else {
            throw .unreadableImage
        }
        let source = PNGSource(png)
        let image = withExtendedLifetime(source) {
            cairo_image_surface_create_from_png_stream(PNGSource.read, Unmanaged.passUnretained(source).toOpaque())
        }
        guard let image else { throw .outOfMemory }
        defer { cairo_surface_destroy(image) }
        guard cairo_surface_status(image) == CAIRO_STATUS_SUCCESS else { throw .unreadableImage }
        let scale = width / Double(size.width)
        let height = Double(size.height) * scale
        try needRoom(height)
        if isPageEmpty {
            // cairo 1.16 loses count of its tags when a page begins with an image: something unseen goes before.
            cairo_set_source_rgb(cairo, 1, 1, 1)
            cairo_rectangle(cairo, 0, 0, 1, 1)
            cairo_fill(cairo)
        }
        figure(description)
        cairo_save(cairo)
        cairo_translate(cairo, left ?? self.left, y)
        cairo_scale(cairo, scale, scale)
        cairo_set_source_surface(cairo, image, 0, 0)
        cairo_paint(cairo)
        cairo_restore(cairo)
        end("Figure")
        advance(height)
    }

    private func figure(_ description: String) {
        descriptions.append(description)
        begin("Figure")
    }

    func line(at y: Double, isStrong: Bool) {
        cairo_set_source_rgb(cairo, 0.6, 0.6, 0.6)
        cairo_set_line_width(cairo, isStrong ? 1 : 0.4)
        cairo_move_to(cairo, left, y)
        cairo_line_to(cairo, left + width, y)
        cairo_stroke(cairo)
    }
}

/// A PNG in memory, as cairo reads it.
private final class PNGSource {
    private let bytes: [UInt8]
    private var position = 0

    static let mostPixels = 4_000_000

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// What the first chunk says, before anything is decoded.
    static func size(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        guard bytes.count > 24, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
        func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        let (width, height) = (number(16), number(20))
        guard (1...20_000).contains(width), (1...20_000).contains(height) else { return nil }
        return (width, height)
    }

    static let read: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>?, UInt32) -> cairo_status_t =
        {
            closure, data, count in
            guard let closure, let data else { return CAIRO_STATUS_READ_ERROR }
            let source = Unmanaged<PNGSource>.fromOpaque(closure).takeUnretainedValue()
            let end = source.position + Int(count)
            guard end <= source.bytes.count else { return CAIRO_STATUS_READ_ERROR }
            source.bytes[source.position..<end].withUnsafeBufferPointer { piece in
                if let start = piece.baseAddress { data.update(from: start, count: piece.count) }
            }
            source.position = end
            return CAIRO_STATUS_SUCCESS
        }
}
