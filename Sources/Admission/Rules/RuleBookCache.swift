internal import Postgres
package import Runtime
internal import Synchronization
package import Tenancy

/// The process's copy of the rules, shared by its loops. With the directory gone it stays as it is: what rules say depends on
/// the clock alone.
package final class RuleBookCache: Sendable {
    private let stored = Mutex(RuleBook.empty)
    private let generationStorage = Atomic(0)

    package init() {}

    /// One more with each swap: who keeps a reference compares it, without a lock.
    package var generation: Int { generationStorage.load(ordering: .acquiring) }

    package var book: RuleBook { stored.withLock { $0 } }

    package func store(_ book: RuleBook) {
        stored.withLock { $0 = book }
        generationStorage.add(1, ordering: .releasing)
    }

    /// For the process's `DirectoryWatcher`.
    package func topic(log: Log = Log("admission")) -> DirectoryTopic {
        DirectoryTopic("policy", version: { [self] in generation > 0 ? book.version : nil }) { [self] directory in
            store(try RuleStore.book(from: try await directory.run(RuleStore.reading), log: log))
        }
    }
}
