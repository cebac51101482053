internal import Synchronization

/// The process's copy of what the directory says, shared by its loops: whole, immutable, swapped at once. It is all that
/// requests use; with the directory gone it stays as it is.
package final class DirectoryCache: Sendable {
    private struct Contents {
        var map = ShardMap.empty
        var mapTicket = 0
        var territories = Territories.empty
        var territoriesTicket = 0
    }

    private let contents = Mutex(Contents())
    private let tickets = Atomic(0)
    private let generationStorage = Atomic(0)

    package init() {}

    /// One more with each swap: who keeps a copy of the references compares it, without a lock.
    package var generation: Int { generationStorage.load(ordering: .acquiring) }

    package var map: ShardMap { contents.withLock { $0.map } }

    package var territories: Territories { contents.withLock { $0.territories } }

    /// Whether there is anything to go by: the directory has been read once, be it without a single establishment.
    package var hasBeenRead: Bool {
        // A directory counts from 1, an empty one too.
        contents.withLock { $0.map.version > 0 && $0.territories.version > 0 }
    }

    /// Taken before the directory is read. Of two readings that overlap, the one begun later is the newer; the version
    /// numbers cannot tell, since a directory restored from a backup counts from its past.
    func takeTicket() -> Int { tickets.add(1, ordering: .relaxed).newValue }

    /// Whether it was newer than what was there.
    @discardableResult
    func store(_ map: ShardMap, ticket: Int) -> Bool {
        let isNewer = contents.withLock { contents in
            guard ticket > contents.mapTicket else { return false }
            contents.map = map
            contents.mapTicket = ticket
            return true
        }
        if isNewer { generationStorage.add(1, ordering: .releasing) }
        return isNewer
    }

    @discardableResult
    func store(_ territories: Territories, ticket: Int) -> Bool {
        let isNewer = contents.withLock { contents in
            guard ticket > contents.territoriesTicket else { return false }
            contents.territories = territories
            contents.territoriesTicket = ticket
            return true
        }
        if isNewer { generationStorage.add(1, ordering: .releasing) }
        return isNewer
    }
}
