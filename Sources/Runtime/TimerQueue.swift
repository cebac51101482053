package struct TimerID: Hashable, Sendable {
    let number: UInt64
}

/// Timers by due time: a binary heap of numbers, the bodies beside it. Cancelling forgets the body; its heap entry goes
/// when it comes up, or when such entries outnumber the live ones.
struct TimerQueue {
    private var heap: [(due: Instant, number: UInt64)] = []
    private var bodies: [UInt64: () -> Void] = [:]
    private var lastNumber: UInt64 = 0

    /// When the earliest live timer is due.
    var next: Instant? { heap.first?.due }

    mutating func add(at due: Instant, _ body: @escaping () -> Void) -> TimerID {
        lastNumber += 1
        bodies[lastNumber] = body
        heap.append((due, lastNumber))
        siftUp(heap.count - 1)
        return TimerID(number: lastNumber)
    }

    mutating func cancel(_ id: TimerID) {
        guard bodies.removeValue(forKey: id.number) != nil else { return }
        dropCancelledHead()
        if heap.count > 64, heap.count > 2 * bodies.count { rebuild() }
    }

    /// Takes out the earliest body due at `now`. One at a time: a body that runs may cancel the next one.
    mutating func popDue(at now: Instant) -> (() -> Void)? {
        dropCancelledHead()
        guard let first = heap.first, first.due <= now, let body = bodies.removeValue(forKey: first.number) else {
            return nil
        }
        removeHead()
        dropCancelledHead()
        return body
    }

    private mutating func dropCancelledHead() {
        while let head = heap.first, bodies[head.number] == nil { removeHead() }
    }

    private mutating func rebuild() {
        heap.removeAll { bodies[$0.number] == nil }
        heap.sort { $0.due < $1.due }
    }

    private mutating func removeHead() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].due < heap[least].due
            {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
