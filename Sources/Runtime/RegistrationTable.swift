/// A watched descriptor; its number never comes back, so a late event for a closed one is dropped.
package struct RegistrationID: Hashable, Sendable {
    let token: UInt64
    var slot: Int { Int(token & 0xffff_ffff) }
}

/// The loop's descriptors by slot. The token given to epoll carries a generation beside the slot (as SwiftNIO's
/// `EPollUserData`), because a descriptor's number is used again as soon as it is closed.
struct RegistrationTable {
    static let wakeToken = UInt64.max

    private struct Slot {
        var generation: UInt64
        var descriptor: Int32
        var handler: EventLoop.Handler?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    mutating func add(_ descriptor: Int32, _ handler: @escaping EventLoop.Handler) -> RegistrationID {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            slots[slot].descriptor = descriptor
            slots[slot].handler = handler
        } else {
            slot = slots.count
            slots.append(Slot(generation: 0, descriptor: descriptor, handler: handler))
        }
        return RegistrationID(token: slots[slot].generation << 32 | UInt64(slot))
    }

    func handler(of token: UInt64) -> EventLoop.Handler? {
        let id = RegistrationID(token: token)
        return holds(id) ? slots[id.slot].handler : nil
    }

    func descriptor(of id: RegistrationID) -> Int32? { holds(id) ? slots[id.slot].descriptor : nil }

    @discardableResult
    mutating func remove(_ id: RegistrationID) -> Int32? {
        guard holds(id) else { return nil }
        slots[id.slot].generation = (slots[id.slot].generation + 1) & 0x7fff_ffff
        slots[id.slot].handler = nil
        free.append(id.slot)
        return slots[id.slot].descriptor
    }

    private func holds(_ id: RegistrationID) -> Bool {
        id.slot < slots.count && slots[id.slot].generation == id.token >> 32 && slots[id.slot].handler != nil
    }
}
