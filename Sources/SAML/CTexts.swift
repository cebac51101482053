/// Copies of texts for C, freed together.
struct CTexts {
    private var all: [UnsafeMutablePointer<CChar>] = []

    mutating func add(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        let bytes = text.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        bytes.withUnsafeBufferPointer {
            copy.initialize(from: $0.baseAddress ?? UnsafePointer(copy), count: bytes.count)
        }
        all.append(copy)
        return UnsafePointer(copy)
    }

    mutating func free() {
        for text in all { text.deallocate() }
        all = []
    }
}
