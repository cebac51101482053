internal import Synchronization

/// Numbers that no two tests of a process share.
final class Counting: Sendable {
    private let value = Atomic(0)

    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
