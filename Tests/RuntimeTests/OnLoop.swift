import Glibc
import Runtime
import Synchronization

/// Runs `body` as a task of the loop and waits for it.
@discardableResult
func on<Value: Sendable>(
    _ loop: EventLoop, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await Task(executorPreference: loop, operation: body).value
}

/// What happened, in order, from any thread.
final class Journal: Sendable {
    private let storage = Mutex<[String]>([])
    var entries: [String] { storage.withLock { $0 } }
    func add(_ entry: String) { storage.withLock { $0.append(entry) } }

    /// Returns once `count` entries are there, or after `limit`.
    func wait(for count: Int, upTo limit: Duration = .seconds(30)) async throws {
        let start = Instant.now
        while entries.count < count, Instant.now.since(start) < limit { try await Task.sleep(for: .milliseconds(2)) }
    }
}

/// A connected pair of descriptors, closed with the last reference.
final class SocketPair: Sendable {
    let ends: (Int32, Int32)

    init() {
        var pair: [Int32] = [-1, -1]
        _ = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair)
        ends = (pair[0], pair[1])
    }

    deinit {
        close(ends.0)
        close(ends.1)
    }

    func send(_ byte: UInt8) {
        var byte = byte
        _ = write(ends.1, &byte, 1)
    }

    func receive() -> UInt8? {
        var byte: UInt8 = 0
        return read(ends.0, &byte, 1) == 1 ? byte : nil
    }
}

/// The calling thread, as the system numbers it.
func threadNumber() -> UInt { UInt(pthread_self()) }

/// A value that closures on one loop share.
final class Box<Value>: @unchecked Sendable {
    // Safety: each test uses it on one loop at a time.
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// A number that several threads move.
final class Tally: Sendable {
    private let storage = Atomic(0)
    private let highest = Atomic(0)
    var value: Int { storage.load(ordering: .acquiring) }
    var mostEver: Int { highest.load(ordering: .acquiring) }
    func add(_ amount: Int) {
        highest.max(storage.add(amount, ordering: .acquiringAndReleasing).newValue, ordering: .acquiringAndReleasing)
    }
}
