internal import Synchronization

/// The process's copy of the registered services, shared by its loops; with the directory gone it stays as it is.
package final class PartnerCache: Sendable {
    private struct Contents {
        var set = PartnerSet.empty
        var keys = SigningKeys.empty
        var upstreams: [UpstreamProvider] = []
    }

    private let contents = Mutex(Contents())
    private let generationStorage = Atomic(0)

    package init() {}

    /// One more with each swap: who keeps a reference compares it, without a lock.
    package var generation: Int { generationStorage.load(ordering: .acquiring) }

    package var set: PartnerSet { contents.withLock { $0.set } }

    var keys: SigningKeys { contents.withLock { $0.keys } }

    var upstreams: [UpstreamProvider] { contents.withLock { $0.upstreams } }

    package func store(_ set: PartnerSet) {
        contents.withLock { $0.set = set }
        generationStorage.add(1, ordering: .releasing)
    }

    func store(_ upstreams: [UpstreamProvider]) {
        contents.withLock { $0.upstreams = upstreams }
        generationStorage.add(1, ordering: .releasing)
    }

    func store(_ keys: SigningKeys) {
        contents.withLock { $0.keys = keys }
        generationStorage.add(1, ordering: .releasing)
    }
}
