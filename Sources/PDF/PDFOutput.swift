internal import CPango

/// The bytes that cairo hands out, up to a limit.
final class PDFOutput {
    private(set) var bytes: [UInt8] = []
    private let limit: Int
    private(set) var isOverLimit = false

    init(limit: Int) { self.limit = limit }

    func append(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count + piece.count <= limit else {
            isOverLimit = true
            return false
        }
        bytes.append(contentsOf: piece)
        return true
    }

    /// What cairo calls with each piece; `closure` is the unretained `PDFOutput`, which the writer keeps alive.
    static let write: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> cairo_status_t = {
        closure, data, count in
        guard let closure else { return CAIRO_STATUS_WRITE_ERROR }
        let output = Unmanaged<PDFOutput>.fromOpaque(closure).takeUnretainedValue()
        let piece = UnsafeBufferPointer(start: data, count: Int(count))
        return output.append(piece) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR
    }
}
