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

    private static let isStarted = ccurl_start() == 0

    private final class Received {
        var bytes: [UInt8] = []
        let limit: Int

        init(limit: Int) { self.limit = limit }
    }

    func perform() throws(HTTPClientError) -> HTTPClient.Answer {
        guard Exchange.isStarted else { throw .unreachable(code: -1) }
        let lines = request.headers.map { "\($0.name): \($0.value)" }
        guard ([request.method, request.url] + lines).allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 } }) else {
            throw .malformed
        }
        var headers: UnsafeMutablePointer<curl_slist>?
        // Else libcurl waits a second for a "100 Continue" that few servers send.
        for line in lines + ["Expect:", "User-Agent: Preau"] { headers = curl_slist_append(headers, line) }
        defer { curl_slist_free_all(headers) }
        let received = Received(limit: longestAnswer)
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
                        let received = Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
                        let length = size * count
                        // Less than was offered breaks the exchange off.
                        guard received.bytes.count + length <= received.limit else { return 0 }
                        received.bytes += UnsafeRawBufferPointer(start: bytes, count: length)
                        return length
                    }
                    plan.context = Unmanaged.passUnretained(received).toOpaque()
                    return withExtendedLifetime(received) { ccurl_perform(&plan, &status) }
                }
            }
        }
        guard code == 0 else { throw .unreachable(code: code) }
        return HTTPClient.Answer(status: status, body: received.bytes)
    }
}
