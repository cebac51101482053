internal import Runtime

/// Where the bytes of one request body pass from libmicrohttpd's callback to the handler's task.
final class BodyChannel: @unchecked Sendable {
    // Safety: confined to its server's loop, as the request it belongs to.
    private enum State {
        case open
        case ended
        case failed(HTTPError)
    }

    /// Bytes kept for a handler that has not taken them yet, at most: then the connection is no longer read.
    static let capacity = 65_536

    let declaredLength: Int?
    var limit: Int
    /// Bytes that came in, taken or not.
    private(set) var received = 0

    private var state = State.open
    private var pending: [UInt8] = []
    private var taken = 0
    private var waiter: UnsafeContinuation<Void, Never>?
    /// Asks the connection for more.
    var demand: (() -> Void)?
    /// Whose share of the line the body comes over.
    var budget: (any ByteBudget)?

    init(declaredLength: Int?, limit: Int) {
        self.declaredLength = declaredLength
        self.limit = limit
    }

    /// A body that is all here already.
    convenience init(_ bytes: [UInt8], limit: Int) {
        self.init(declaredLength: bytes.count, limit: limit)
        pending = bytes
        received = bytes.count
        state = .ended
    }

    /// A handler waits for the client.
    var isWaitedFor: Bool { waiter != nil }
    var failure: HTTPError? { if case .failed(let error) = state { error } else { nil } }
    var room: Int { BodyChannel.capacity - pending.count }

    func next() async throws(HTTPError) -> [UInt8]? {
        if let declaredLength, declaredLength > limit { throw .bodyTooLarge(limit: limit) }
        while true {
            if !pending.isEmpty {
                var piece: [UInt8] = []
                swap(&piece, &pending)
                taken += piece.count
                guard taken <= limit else { throw .bodyTooLarge(limit: limit) }
                await pay(for: piece.count)
                return piece
            }
            switch state {
            case .ended: return nil
            case .failed(let error): throw error
            case .open: break
            }
            await withUnsafeContinuation { continuation in
                waiter = continuation
                demand?()
            }
        }
    }

    /// What has come is counted; the next is asked for only once the debt is paid.
    private func pay(for bytes: Int) async {
        guard let budget else { return }
        budget.spend(bytes, upload: true)
        guard received > Response.heavyBytes else { return }
        // A form's worth of bytes never waits.
        while budget.take(upTo: 1) == 0, failure == nil {
            guard let loop = EventLoop.current else { return }
            await budget.refilled(on: loop, atMost: .seconds(1))
        }
    }

    func deliver(_ bytes: UnsafeBufferPointer<UInt8>) {
        received += bytes.count
        pending.append(contentsOf: bytes)
        wake()
    }

    /// Counts bytes that nobody wants.
    func discard(_ count: Int) { received += count }

    func end() {
        guard case .open = state else { return }
        state = .ended
        wake()
    }

    func fail(_ error: HTTPError) {
        guard case .open = state else { return }
        state = .failed(error)
        wake()
    }

    private func wake() {
        guard let waiter else { return }
        self.waiter = nil
        waiter.resume()
    }
}
