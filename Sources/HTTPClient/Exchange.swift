internal import CCurl

/// One request and its answer, on a thread that may block.
struct Exchange: Sendable {
    private let request: HTTPClient.Request
    private let allowsPlain: Bool
    private let milliseconds: Int
    private let longestAnswer: Int

    init(_ request: HTTPClient.Request, allowsPlain: Bool, deadline: Duration, longestAnswer: Int) {
        self.request = request
        self.allowsPlain = allowsPlain
        milliseconds = Int(deadline.components.seconds) * 1000
        self.longestAnswer = longestAnswer
    }

    static let isStarted = ccurl_start() == 0

    private final class Ends {
        /// False breaks the exchange off.
        let take: (UnsafeRawBufferPointer) -> Bool
        /// Fills the beginning of what it is given: how much, 0 at the end; nil breaks the exchange off.
        let give: ((UnsafeMutableRawBufferPointer) -> Int?)?

        init(
            _ take: @escaping (UnsafeRawBufferPointer) -> Bool, _ give: ((UnsafeMutableRawBufferPointer) -> Int?)?
        ) {
            self.take = take
            self.give = give
        }
    }

    /// - Parameter give: as below. - Returns: the answer, held whole.
    func perform(
        giving give: ((UnsafeMutableRawBufferPointer) -> Int?)? = nil
    ) throws(HTTPClientError) -> HTTPClient.Answer {
        var bytes: [UInt8] = []
        let limit = longestAnswer
        let status = try perform(giving: give) { piece in
            guard bytes.count + piece.count <= limit else { return false }
            bytes += piece
            return true
        }
        return HTTPClient.Answer(status: status, body: bytes)
    }

    /// - Parameters:
    ///   - give: fills a buffer with what comes next of a body in place of the request's own: how much, 0 at its end; nil breaks
    ///     the exchange off.
    ///   - take: is given the answer's bytes as they come; false breaks the exchange off.
    /// - Returns: the answer's status.
    func perform(
        giving give: ((UnsafeMutableRawBufferPointer) -> Int?)? = nil,
        _ take: @escaping (UnsafeRawBufferPointer) -> Bool
    ) throws(HTTPClientError) -> Int {
        guard Exchange.isStarted else { throw .unreachable(code: -1) }
        let lines = request.headers.map { "\($0.name): \($0.value)" }
        guard ([request.method, request.url] + lines).allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 } }) else {
            throw .malformed
        }
        var headers: UnsafeMutablePointer<curl_slist>?
        // Else libcurl waits a second for a "100 Continue" that few servers send.
        for line in lines + ["Expect:", "User-Agent: Preau"] { headers = curl_slist_append(headers, line) }
        defer { curl_slist_free_all(headers) }
        let ends = Ends(take, give)
        var status = 0
        let code = request.method.withCString { method in
            request.url.withCString { url in
                (request.body ?? []).withUnsafeBytes { body in
                    var plan = ccurl_request()
                    plan.method = method
                    plan.url = url
                    plan.body = request.body == nil ? nil : body.baseAddress ?? UnsafeRawPointer(method)
                    plan.body_size = body.count
                    plan.headers = headers
                    plan.allow_plain = allowsPlain ? 1 : 0
                    plan.connect_ms = min(2000, milliseconds)
                    plan.total_ms = milliseconds
                    plan.receive = { bytes, size, count, context in
                        guard let bytes, let context else { return 0 }
                        let ends = Unmanaged<Ends>.fromOpaque(context).takeUnretainedValue()
                        // Less than was offered breaks the exchange off.
                        return ends.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
                    }
                    if give != nil {
                        plan.give = { buffer, size, count, context in
                            let abort = Int(CURL_READFUNC_ABORT)
                            guard let buffer, let context else { return abort }
                            let ends = Unmanaged<Ends>.fromOpaque(context).takeUnretainedValue()
                            let room = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
                            return ends.give?(room) ?? abort
                        }
                    }
                    plan.context = Unmanaged.passUnretained(ends).toOpaque()
                    return withExtendedLifetime(ends) { ccurl_perform(&plan, &status) }
                }
            }
        }
        guard code == 0 else { throw .unreachable(code: code) }
        return status
    }
}
