internal import Compression

/// A response as it goes out to one request: conditional requests, ranges and compression decided.
struct OutgoingResponse {
    enum Body {
        case bytes([UInt8])
        case stream(length: Int?, compressed: Bool, @Sendable (ResponseWriter) async throws -> Void)
        /// What a 200 would have had; its length, when known, is all that is sent of it.
        case unsent(length: Int?)

        var length: Int? {
            switch self {
            case .bytes(let bytes): bytes.count
            case .stream(let length, _, _), .unsent(let length): length
            }
        }
    }

    let status: Status
    let headers: HeaderFields
    let body: Body

    /// Larger bodies are compressed piece by piece, as the client takes them: 512 kB hold a loop for about 10 ms.
    private static let compressedAtOnce = 524_288
    private static let piece = 65_536
    private static let contentFields = ["Content-Type", "Content-Encoding", "Content-Language", "Content-Disposition"]

    init(status: Status, headers: HeaderFields, body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(_ response: Response, to request: Request, compress: ([UInt8]) -> [UInt8]) {
        var response = response
        let isRead = request.method == .get || request.method == .head
        var outcome: Status?
        if response.status == .ok, isRead, response.entityTag != nil || response.lastModified != nil {
            outcome = request.preconditionStatus(tag: response.entityTag, lastModified: response.lastModified)
        }
        if outcome == .preconditionFailed { response = Response(status: .preconditionFailed) }
        if outcome == nil { response.applyRange(request) }
        let isCompressed = response.choosesCompression(request)
        if let tag = response.entityTag { response.headers.set("ETag", tag.description) }
        if let date = response.lastModified { response.headers.set("Last-Modified", HTTPDate.text(date)) }
        if outcome == .notModified {
            for name in OutgoingResponse.contentFields { response.headers.remove(name) }
            status = .notModified
            // The length is that of the 200 or none (RFC 9110 §8.6); none would cost the connection.
            let whole = OutgoingResponse.body(of: response, compressed: isCompressed, compress)
            body = .unsent(length: whole.length)
        } else {
            status = response.status
            body = OutgoingResponse.body(of: response, compressed: isCompressed, compress)
        }
        headers = response.headers
    }

    /// The same with a body in memory that is heavy sent piece by piece, so that it can be paced.
    func pacedIfHeavy() -> OutgoingResponse {
        guard case .bytes(let bytes) = body, bytes.count > Response.heavyBytes else { return self }
        return OutgoingResponse(
            status: status, headers: headers,
            body: .stream(length: bytes.count, compressed: false) { writer in
                for start in stride(from: 0, to: bytes.count, by: Self.piece) {
                    try await writer.write(Array(bytes[start..<min(start + Self.piece, bytes.count)]))
                }
            })
    }

    /// Bytes that go at once: the head, about, and a body in memory.
    var sizeAtOnce: Int {
        let head = headers.reduce(96) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        if case .bytes(let bytes) = body { return head + bytes.count }
        return head
    }

    private static func body(of response: Response, compressed: Bool, _ compress: ([UInt8]) -> [UInt8]) -> Body {
        guard response.status.allowsBody else { return .bytes([]) }
        switch response.body {
        case .empty: return .bytes([])
        case .bytes(let bytes):
            guard compressed else { return .bytes(bytes) }
            guard bytes.count > compressedAtOnce else { return .bytes(compress(bytes)) }
            return .stream(length: nil, compressed: true) { writer in
                for start in stride(from: 0, to: bytes.count, by: piece) {
                    try await writer.write(Array(bytes[start..<min(start + piece, bytes.count)]))
                    await Task.yield()
                }
            }
        case .stream(let length, let write):
            return .stream(length: compressed ? nil : length, compressed: compressed, write)
        case .seekable(let length, let write):
            return .stream(length: compressed ? nil : length, compressed: compressed) {
                try await write(0..<length, $0)
            }
        }
    }
}

extension Response.Body {
    /// In bytes, when it is known.
    package var length: Int? {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .stream(let length, _): length
        case .seekable(let length, _): length
        }
    }
}
