package import Cryptography

/// Where a list goes on: the sort key of the last item shown, opaque to clients and signed, so that nobody can ask the
/// database for a place that it did not give out.
package struct CursorSigner: Sendable {
    private static let codeLength = 12

    private let keys: [HMACKey]

    /// - Parameter keys: the keyring: the first signs, all verify.
    package init(keys: [HMACKey]) { self.keys = keys.map { $0.derived(for: "preau.web.cursor") } }

    /// - Parameters:
    ///   - values: the sort key, most significant first.
    ///   - list: names the list and whose it is; a cursor of one list is refused by another.
    package func cursor(_ values: [String], list: String) -> String {
        guard let key = keys.first else { return "" }
        let payload = JSON.array(values.map { .string($0) }).bytes
        return Base64URL.encode(
            key.code(for: CursorSigner.message(payload, list)).prefix(CursorSigner.codeLength) + payload)
    }

    /// The values of a cursor that came back.
    /// - Throws: `invalidCursor` unless it was made here for this list with so many values.
    package func values(of cursor: String, list: String, count: Int) throws(Problem) -> [String] {
        guard cursor.utf8.count <= 2000, let bytes = Base64URL.decode(cursor), bytes.count > CursorSigner.codeLength
        else {
            throw Problem(.invalidCursor)
        }
        let code = Array(bytes.prefix(CursorSigner.codeLength))
        let payload = Array(bytes.dropFirst(CursorSigner.codeLength))
        let message = CursorSigner.message(payload, list)
        let isOurs = keys.contains {
            constantTimeEqual(code, Array($0.code(for: message).prefix(CursorSigner.codeLength)))
        }
        guard isOurs else { throw Problem(.invalidCursor) }
        var parser = JSONParser(payload)
        guard let values = try? parser.parse().elements?.compactMap(\.text), values.count == count else {
            throw Problem(.invalidCursor)
        }
        return values
    }

    private static func message(_ payload: [UInt8], _ list: String) -> [UInt8] { Array(list.utf8) + [0] + payload }
}
