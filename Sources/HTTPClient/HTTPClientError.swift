/// What a request to another server can fail with. Holds no address and nothing that was sent.
package enum HTTPClientError: Error, Equatable, Sendable {
    /// All threads are taken and the queue is full.
    case busy
    /// No whole answer in time; libcurl's number.
    case unreachable(code: Int32)
    /// A header or an address with a line break or a NUL in it.
    case malformed
}
