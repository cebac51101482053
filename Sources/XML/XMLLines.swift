/// Line numbers of a document that comes in pieces, by its line feeds; what is asked for only ever goes forward.
///
/// In a document in UTF-16, where a byte of another character may look like one, they are more than there are.
struct XMLLines {
    private var piece = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Bytes of the document before the piece, and how many of those in it have been looked at.
    private var before = 0
    private var counted = 0
    private var lines = 1

    /// - Parameter piece: good until `end()`.
    mutating func begin(_ piece: UnsafeRawBufferPointer) {
        self.piece = piece
        counted = 0
    }

    mutating func end() {
        count(to: piece.count)
        before += piece.count
        piece = UnsafeRawBufferPointer(start: nil, count: 0)
        counted = 0
    }

    /// The line of a byte, counted from 1. - Parameter index: from the document's beginning; one of an earlier piece, whose tag
    /// goes on in this one, counts as its end.
    mutating func number(at index: Int) -> Int {
        count(to: min(index - before, piece.count))
        return lines
    }

    private mutating func count(to end: Int) {
        guard end > counted else { return }
        var found = 0
        for byte in piece[counted..<end] where byte == UInt8(ascii: "\n") { found &+= 1 }
        lines += found
        counted = end
    }
}
