internal import CMicroHTTPD
internal import Glibc
internal import Runtime

/// One request and its answer on a connection, between libmicrohttpd's callbacks and the task that runs the handler.
///
/// A connection is suspended whenever it waits for us: otherwise libmicrohttpd would call again and again. It is watched
/// by libmicrohttpd only while it waits for its client.
final class Exchange: @unchecked Sendable {
    // Safety: confined to its server's loop.
    enum Phase {
        /// The request line has come.
        case receivingHead
        /// The head has been checked and there is no body; libmicrohttpd calls once more before an answer keeps the
        /// connection open.
        case awaitingEnd
        /// There is a body and nobody has asked for it: a client that sent `Expect` has not been told to go on.
        case bodyUnasked
        case receivingBody
        /// The whole request is here.
        case received
        /// An answer has been given to libmicrohttpd.
        case answering
    }

    let server: HTTPServer
    let connection: Connection
    let startedAt: Instant
    var phase = Phase.receivingHead
    /// False once libmicrohttpd is done with it, whatever the handler's task still does.
    private(set) var isLive = true
    private(set) var isSuspended = false
    var target: RawTarget
    var request: Request?
    var body: BodyChannel?
    var writer: ResponseWriter?
    /// Whose share of the line the answer goes over.
    var budget: (any ByteBudget)?
    var status: Status?

    /// Suspended until the payer has something to spend again.
    var isAwaitingBudget = false
    /// The client has its answer, and libmicrohttpd does not know.
    var isAnsweredPast = false
    /// The answer to a request whose body is being thrown away first.
    var pendingAnswer: OutgoingResponse?
    var discarded = 0
    /// When the client last did something it was waited for.
    var progressAt: Instant
    var acknowledged: UInt64 = 0

    init(server: HTTPServer, connection: Connection, target: RawTarget, now: Instant) {
        self.server = server
        self.connection = connection
        self.target = target
        startedAt = now
        progressAt = now
    }

    func suspend() {
        guard !isSuspended, isLive else { return }
        isSuspended = true
        MHD_suspend_connection(connection.handle)
    }

    func resume() {
        guard isSuspended, isLive else { return }
        isSuspended = false
        MHD_resume_connection(connection.handle)
        server.scheduleRun()
    }

    /// Libmicrohttpd is done with the request; everyone who waits for the client is told.
    func end() {
        isLive = false
        isSuspended = false
        body?.demand = nil
        body?.fail(.disconnected)
        writer?.ready = nil
        writer?.fail(.disconnected)
        pendingAnswer = nil
    }
}

/// The request target in libmicrohttpd's buffer, emptied so that nothing is decoded in place, and what that overwrote.
struct RawTarget {
    let start: UnsafeMutablePointer<CChar>
    let length: Int
    private let first: CChar
    private let mark: Int
    private let afterMark: CChar

    /// Empties the target: libmicrohttpd would make a record of 56 bytes of every query argument, out of the memory that
    /// the headers need, and lose the path as it was sent.
    init(emptying start: UnsafeMutablePointer<CChar>) {
        self.start = start
        length = strlen(start)
        first = length > 0 ? start[0] : 0
        mark =
            memchr(start, Int32(UInt8(ascii: "?")), length).map {
                start.distance(to: $0.assumingMemoryBound(to: CChar.self))
            } ?? -1
        afterMark = mark >= 0 ? start[mark + 1] : 0
        if length > 0 { start[0] = 0 }
        if mark >= 0 { start[mark + 1] = 0 }
    }

    /// Puts back in a copy what emptying took away.
    func restore(in bytes: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        guard length > 0 else { return }
        if mark >= 0 {
            bytes[offset + mark] = UInt8(ascii: "?")
            if mark + 1 < length { bytes[offset + mark + 1] = UInt8(bitPattern: afterMark) }
        }
        bytes[offset] = UInt8(bitPattern: first)
    }
}
