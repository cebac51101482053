/// Why a request is answered by the server itself and never reaches a handler. The connection is closed after it, since
/// what follows on it may not be where we think it is.
struct Refusal: Error, Equatable {
    let status: Status
    /// The end of the stable code `preau.http.…`.
    let reason: String

    static let malformed = Refusal(status: .badRequest, reason: "malformed")
    static let ambiguousLength = Refusal(status: .badRequest, reason: "ambiguous_length")
    static let badHost = Refusal(status: .badRequest, reason: "host")
    static let badTarget = Refusal(status: .badRequest, reason: "target")
    static let targetTooLong = Refusal(status: .uriTooLong, reason: "target_too_long")
    static let headersTooLarge = Refusal(status: .headerFieldsTooLarge, reason: "headers_too_large")
    static let unknownMethod = Refusal(status: .notImplemented, reason: "method")
    static let unknownCoding = Refusal(status: .notImplemented, reason: "transfer_coding")
    static let unknownVersion = Refusal(status: .versionNotSupported, reason: "version")
    static let unknownExpectation = Refusal(status: .expectationFailed, reason: "expectation")
    static let requestTimeout = Refusal(status: .requestTimeout, reason: "timeout")
    static let bodyTooLarge = Refusal(status: .contentTooLarge, reason: "body_too_large")

    /// A problem document (RFC 9457) that repeats nothing of the request.
    var body: [UInt8] {
        let text =
            #"{"type":"about:blank","title":"\#(status.phrase)","status":\#(status.rawValue),"#
            + #""code":"preau.http.\#(reason)"}"#
        return Array((text + "\n").utf8)
    }
}
