internal import Postgres
internal import Runtime
internal import Synchronization
package import Tenancy

/// The process's copy of the quotas, shared by its loops; with the directory gone it stays as it is.
package final class QuotaBookCache: Sendable {
    private let stored = Mutex(QuotaBook.empty)
    private let generationStorage = Atomic(0)

    package init() {}

    /// One more with each swap.
    package var generation: Int { generationStorage.load(ordering: .acquiring) }

    package var book: QuotaBook { stored.withLock { $0 } }

    package func store(_ book: QuotaBook) {
        stored.withLock { $0 = book }
        generationStorage.add(1, ordering: .releasing)
    }

    /// For the process's `DirectoryWatcher`.
    package var topic: DirectoryTopic {
        DirectoryTopic("policy", version: { [self] in generation > 0 ? book.version : nil }) { [self] directory in
            store(try QuotaStore.book(from: try await directory.run(QuotaStore.reading)))
        }
    }
}
