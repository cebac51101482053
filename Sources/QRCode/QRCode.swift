internal import CQrencode

/// A QR code (ISO/IEC 18004) as rows of cells, true for black, without the quiet zone around it.
package struct QRCode: Sendable, Equatable {
    package let cells: [[Bool]]

    /// - Parameter text: an address of ours, at most 500 bytes. Level M: 15 % of it may be dirty.
    /// - Throws: `QRCodeError`.
    package init(_ text: String) throws(QRCodeError) {
        guard text.utf8.count <= 500, !text.utf8.contains(0) else { throw .tooLong }
        guard let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1) else { throw .notEncoded }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard width > 0, let data = code.pointee.data else { throw .notEncoded }
        // The lowest bit says the colour; the others how the cell came about.
        cells = (0..<width).map { row in (0..<width).map { data[row * width + $0] & 1 == 1 } }
    }
}

package enum QRCodeError: Error, Equatable {
    case tooLong
    case notEncoded
}
