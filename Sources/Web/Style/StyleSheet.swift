/// The one style sheet: phone first, then wider windows, dark, print. Its parts are in the extensions of this type.
package enum StyleSheet {
    /// The whole, without comments and needless spaces.
    static let bytes: [UInt8] = minified(
        [properties, base, frame, components, lists, forms, writing, week, graph, paper].joined())

    /// Runs of white space become one space, and none stays beside punctuation where CSS needs none.
    static func minified(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var pendingSpace = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") {
                pendingSpace = true
                continue
            }
            let isTight = "{};,>".utf8.contains(byte)
            if pendingSpace, !isTight, let last = result.last, !"{};,>:".utf8.contains(last) {
                result.append(UInt8(ascii: " "))
            }
            if byte == UInt8(ascii: "}"), result.last == UInt8(ascii: ";") { result.removeLast() }
            pendingSpace = false
            result.append(byte)
        }
        return result
    }
}
