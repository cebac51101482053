/// What the HTTP layer fails with.
package enum HTTPError: Error, Equatable {
    /// The address could not be listened on; `code` is the errno.
    case cannotListen(address: String, port: UInt16, code: Int32)
    /// libmicrohttpd did not start: out of memory or descriptors.
    case cannotStart
    /// A trusted proxy is neither an address nor an address/prefix.
    case badAddressRange(String)
    /// The request's body is larger than the limit, in bytes: answer 413.
    case bodyTooLarge(limit: Int)
    /// The body did not come in time: answer 408.
    case timedOut
    /// The client went away, or sent a body that cannot be read.
    case disconnected
}
