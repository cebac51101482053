/// A queue in a ring: first in, first out, without moving what stays.
struct Fifo<Element> {
    private var ring: [Element?] = Array(repeating: nil, count: 16)
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var first: Element? { count == 0 ? nil : ring[head] }

    mutating func append(_ element: Element) {
        if count == ring.count { grow() }
        ring[(head + count) & (ring.count - 1)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = ring[head]
        ring[head] = nil
        head = (head + 1) & (ring.count - 1)
        count -= 1
        return element
    }

    mutating func removeAll() -> [Element] {
        let all = elements
        self = Fifo()
        return all
    }

    mutating func keep(where isKept: (Element) -> Bool) {
        let kept = elements.filter(isKept)
        self = Fifo()
        for element in kept { append(element) }
    }

    /// In order.
    var elements: [Element] { (0..<count).compactMap { ring[(head + $0) & (ring.count - 1)] } }

    private mutating func grow() {
        let ordered = elements.map(Optional.some)
        ring = ordered + Array(repeating: nil, count: ring.count)
        head = 0
    }
}
