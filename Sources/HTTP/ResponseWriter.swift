internal import Compression

/// Where a streamed response body is written. A write waits while the client has too much to take.
package final class ResponseWriter: @unchecked Sendable {
    // Safety: confined to its server's loop; the task that writes runs there.

    /// Bytes kept for a client that has not taken them, about, before a write waits.
    private let capacity: Int
    private var pieces: [[UInt8]] = []
    private var firstPiece = 0
    private var offset = 0
    private var buffered = 0
    private var waiter: UnsafeContinuation<Void, Never>?
    private(set) var isFinished = false
    private(set) var failure: HTTPError?
    private(set) var isBroken = false
    /// Tells the connection that there is something to send.
    var ready: (() -> Void)?
    private var encoder: GzipEncoder?

    init(capacity: Int = 65_536) { self.capacity = capacity }

    /// Compresses what is written from now on. Each write comes out at once, as its reader expects of a stream.
    /// - Throws: `CompressionError.outOfMemory`.
    func compress() throws(CompressionError) { encoder = try GzipEncoder() }

    /// Hands over a piece of the body.
    /// - Throws: `HTTPError.disconnected` once nobody is there to read, `.timedOut` when the client was cut off as too slow.
    package func write(_ bytes: [UInt8]) async throws(HTTPError) {
        if let failure { throw failure }
        guard !isFinished else { return }
        append(encoder.map { $0.write(bytes, flush: true) } ?? bytes)
        while buffered >= capacity, failure == nil {
            await withUnsafeContinuation { waiter = $0 }
        }
        if let failure { throw failure }
    }

    /// Writes text as UTF-8.
    package func write(_ text: String) async throws(HTTPError) { try await write(Array(text.utf8)) }

    /// The body is complete.
    func finish() {
        guard !isFinished else { return }
        if let encoder, failure == nil { append(encoder.finish()) }
        isFinished = true
        ready?()
    }

    /// The body cannot be completed: the connection is broken off so that the client cannot take it for whole.
    func breakOff() {
        isBroken = true
        isFinished = true
        ready?()
    }

    func fail(_ error: HTTPError) {
        guard failure == nil else { return }
        failure = error
        pieces = []
        firstPiece = 0
        offset = 0
        buffered = 0
        wake()
    }

    /// There is something to send.
    var hasBytes: Bool { buffered > 0 }

    /// Copies what there is into the connection's buffer and lets the writer go on.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var copied = 0
        while copied < buffer.count, firstPiece < pieces.count {
            let count = min(buffer.count - copied, pieces[firstPiece].count - offset)
            pieces[firstPiece].withUnsafeBytes { piece in
                UnsafeMutableRawBufferPointer(rebasing: buffer[copied...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: piece[offset..<offset + count]))
            }
            copied += count
            offset += count
            if offset == pieces[firstPiece].count {
                pieces[firstPiece] = []
                firstPiece += 1
                offset = 0
            }
        }
        if firstPiece == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            firstPiece = 0
        }
        buffered -= copied
        if buffered <= capacity / 2 { wake() }
        return copied
    }

    /// All that was written, for a body that goes nowhere.
    func takeAll() -> [UInt8] {
        defer { fail(.disconnected) }
        return Array(pieces[firstPiece...].joined())
    }

    private func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        pieces.append(bytes)
        buffered += bytes.count
        ready?()
    }

    private func wake() {
        guard let waiter else { return }
        self.waiter = nil
        waiter.resume()
    }
}
