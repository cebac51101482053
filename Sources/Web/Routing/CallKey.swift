/// Names a value that a layer above keeps on a call, such as the session:
/// `enum SessionKey: CallKey { typealias Value = Session }`, then `call[SessionKey.self] = session`.
package protocol CallKey {
    associatedtype Value: Sendable
}
