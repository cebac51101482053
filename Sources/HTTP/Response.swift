/// An answer, as a value. The server completes it: conditional requests, ranges, gzip, `Content-Length`, `Date`, HEAD.
package struct Response: Sendable {
    package enum Body: Sendable {
        case empty
        case bytes([UInt8])
        /// Written piece by piece, after the head was sent; `length` in bytes when it is known, else it goes in chunks.
        /// Throwing breaks the connection off, so that the client cannot take what it got for the whole.
        case stream(length: Int?, @Sendable (ResponseWriter) async throws -> Void)
        /// As `stream`, for a body that can be written from anywhere: a part asked for with `Range` costs only itself.
        case seekable(length: Int, @Sendable (Range<Int>, ResponseWriter) async throws -> Void)
    }

    package var status: Status
    /// `Content-Length`, `Transfer-Encoding`, `Connection` and `Date` are the server's: they are ignored here.
    package var headers: HeaderFields
    package var body: Body

    /// What a conditional GET is answered from (RFC 9110 §13); sent as `ETag`.
    package var entityTag: EntityTag?
    /// Seconds since 1970; sent as `Last-Modified`.
    package var lastModified: Int64?
    /// Whose share of the line the answer goes over; nil: nobody's.
    package var budget: (any ByteBudget)?
    /// False for a body that must go as it is (already compressed, or measured by its reader).
    package var mayCompress = true

    package init(status: Status, headers: HeaderFields = [], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package static func text(_ text: String, status: Status = .ok) -> Response {
        Response(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: .bytes(Array(text.utf8)))
    }

    package static func html(_ bytes: [UInt8], status: Status = .ok) -> Response {
        Response(status: status, headers: [("Content-Type", "text/html; charset=utf-8")], body: .bytes(bytes))
    }

    package static func json(
        _ bytes: [UInt8], status: Status = .ok, contentType: String = "application/json"
    ) -> Response {
        Response(status: status, headers: [("Content-Type", contentType)], body: .bytes(bytes))
    }

    /// 303 by default: what a form's POST answers, followed with GET.
    package static func redirect(_ status: Status = .seeOther, to location: String) -> Response {
        Response(status: status, headers: [("Location", location)])
    }

    package static func status(_ status: Status) -> Response { Response(status: status) }

    /// The whole body in memory, streams included: for tests and for calls inside a process.
    package func collectBody() async throws -> [UInt8] {
        let writer = ResponseWriter(capacity: .max)
        switch body {
        case .empty: return []
        case .bytes(let bytes): return bytes
        case .stream(_, let write): try await write(writer)
        case .seekable(let length, let write): try await write(0..<length, writer)
        }
        return writer.takeAll()
    }
}
