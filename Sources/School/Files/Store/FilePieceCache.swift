package import Runtime
internal import Synchronization
internal import Tenancy

/// The pieces of small files that this process sent last, shared by its loops: a class opens the same page of exercises within
/// a minute, and its shard is asked once for it. Bounded by bytes; the piece that was not asked for the longest goes first.
///
/// A content never changes, so there is nothing to become stale; who may have it is decided before this is asked.
package final class FilePieceCache: Sendable {
    private struct Key: Hashable {
        let establishment: EstablishmentID
        let content: FileContentID
        let number: Int
    }

    private struct Entry {
        let bytes: [UInt8]
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
        var held = 0
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let hits: Counter
    private let misses: Counter

    /// - Parameter capacity: in bytes.
    package init(capacity: Int = 64 << 20, metrics: Metrics) {
        self.capacity = capacity
        let help = "Pieces of small files asked of the cache."
        hits = metrics.counter("preau_file_piece_cache_total", help: help, labels: [("result", "hit")])
        misses = metrics.counter("preau_file_piece_cache_total", help: help, labels: [("result", "miss")])
    }

    /// Whether a file of that size is kept at all: a large one would push everything else out and be gone before it is asked
    /// for again.
    func takes(_ size: Int) -> Bool { size <= capacity / 4 }

    func find(_ content: FileContentID, _ number: Int, in context: TenantContext) -> [UInt8]? {
        let key = Key(establishment: context.establishment, content: content, number: number)
        let found = state.withLock { state -> [UInt8]? in
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return state.entries[key]?.bytes
        }
        (found == nil ? misses : hits).add()
        return found
    }

    /// Keeps a whole piece.
    func keep(_ bytes: [UInt8], _ content: FileContentID, _ number: Int, in context: TenantContext) {
        let key = Key(establishment: context.establishment, content: content, number: number)
        state.withLock { state in
            state.clock += 1
            let former = state.entries.updateValue(Entry(bytes: bytes, lastUse: state.clock), forKey: key)
            state.held += bytes.count - (former?.bytes.count ?? 0)
            // Some hundreds of pieces at most: looked through, not sorted.
            while state.held > capacity, let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                state.entries[oldest.key] = nil
                state.held -= oldest.value.bytes.count
            }
        }
    }

    /// Bytes held now.
    var held: Int { state.withLock { $0.held } }
}
