package import Runtime
internal import Synchronization
internal import Tenancy

/// Large files that this process sent last, on its own disk in files without a name: the second who has a film does not
/// have it brought piece by piece from the shard. Shared by the process's loops.
///
/// A copy and no more: what is here may be forgotten at any moment, and is gone with the process. A content never changes, and
/// who may have it is decided before this is asked. Bounded by bytes; the content that was not asked for the longest goes first.
package final class FileSpool: Sendable {
    private struct Key: Hashable {
        let establishment: EstablishmentID
        let content: FileContentID
    }

    private struct Entry {
        let file: ScratchFile
        var pieces: Set<Int> = []
        var held = 0
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
        var held = 0
        /// Pieces on their way to the disk.
        var writing = 0
    }

    private let state = Mutex(State())
    private let directory: String
    private let capacity: Int
    private let pool: BlockingPool
    private let hits: Counter
    private let misses: Counter
    private let failures: Counter
    private let heldGauge: Gauge

    /// A disk slower than the shard: what comes meanwhile is sent and not kept.
    private static let mostWriting = 32

    /// - Parameters:
    ///   - directory: on a file system with that much room.
    ///   - capacity: in bytes; 0 keeps nothing.
    package init(directory: String, capacity: Int, pool: BlockingPool, metrics: Metrics) {
        self.directory = directory
        self.capacity = capacity
        self.pool = pool
        let help = "Pieces of large files asked of this machine's disk."
        hits = metrics.counter("preau_file_spool_total", help: help, labels: [("result", "hit")])
        misses = metrics.counter("preau_file_spool_total", help: help, labels: [("result", "miss")])
        failures = metrics.counter("preau_file_spool_failures_total", help: "Pieces that the disk did not take.")
        heldGauge = metrics.gauge("preau_file_spool_bytes", help: "Bytes of large files on this machine's disk.")
    }

    /// A part of a piece, or nil when it is not here.
    func find(
        _ content: FileContentID, _ number: Int, _ range: Range<Int>, in context: TenantContext
    ) async -> [UInt8]? {
        let key = Key(establishment: context.establishment, content: content)
        let file = state.withLock { state -> ScratchFile? in
            guard let entry = state.entries[key], entry.pieces.contains(number) else { return nil }
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return entry.file
        }
        guard let file else {
            misses.add()
            return nil
        }
        var bytes = file.readAtOnce(range)
        if bytes == nil { bytes = try? await pool.run { file.read(range) } }
        (bytes == nil ? misses : hits).add()
        return bytes
    }

    /// Keeps a whole piece, as soon as the disk has taken it; the caller does not wait for that.
    /// - Parameter start: where the piece begins.
    func keep(_ bytes: [UInt8], _ content: FileContentID, _ number: Int, at start: Int, in context: TenantContext) {
        let key = Key(establishment: context.establishment, content: content)
        guard let file = begin(key, number) else { return }
        pool.post { [self] in
            do throws(RuntimeError) {
                try file.write(bytes, at: start)
                end(key, number, file, bytes.count)
            } catch {
                failures.add()
                end(key, number, file, nil)
            }
        } refused: { [self] in
            end(key, number, file, 0)
        }
    }

    /// Bytes held now.
    var held: Int { state.withLock { $0.held } }

    /// The file to write to; nil when the piece is there, or this is not the moment.
    private func begin(_ key: Key, _ number: Int) -> ScratchFile? {
        guard capacity > 0 else { return nil }
        return state.withLock { state in
            guard state.writing < FileSpool.mostWriting, state.entries[key]?.pieces.contains(number) != true else {
                return nil
            }
            if state.entries[key] == nil {
                state.clock += 1
                guard let file = try? ScratchFile(in: directory) else {
                    failures.add()
                    return nil
                }
                state.entries[key] = Entry(file: file, lastUse: state.clock)
            }
            state.writing += 1
            return state.entries[key]?.file
        }
    }

    /// - Parameter count: bytes that are there now; 0: none, nil: the disk is not to be trusted with this file.
    private func end(_ key: Key, _ number: Int, _ file: ScratchFile, _ count: Int?) {
        state.withLock { state in
            state.writing -= 1
            // It may have been forgotten meanwhile, and begun anew.
            guard let entry = state.entries[key], entry.file === file else { return }
            guard let count else { return forget(key, &state) }
            guard count > 0, state.entries[key]?.pieces.insert(number).inserted == true else { return }
            state.entries[key]?.held += count
            state.held += count
            // Some hundreds of contents at most, each over 16 MB: looked through, not sorted.
            while state.held > capacity, let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                forget(oldest.key, &state)
            }
            heldGauge.set(state.held)
        }
    }

    private func forget(_ key: Key, _ state: inout sending State) {
        guard let entry = state.entries.removeValue(forKey: key) else { return }
        state.held -= entry.held
        heldGauge.set(state.held)
    }
}
