internal import Postgres
internal import Runtime
package import Tenancy

/// Takes orders for moves: what is possible is written down for the mover, what is not is refused with its reason.
package struct MoveDesk: Sendable {
    private let store: MoveStore
    private let tenancy: Tenancy

    package init(_ store: MoveStore, _ tenancy: Tenancy) {
        self.store = store
        self.tenancy = tenancy
    }

    /// One order.
    package struct Order: Sendable {
        package var keepSeconds = 86_400
        package var isForced = false
        package var bytesPerSecond: Int64?
        package var requester = ""

        package init() {}
    }

    /// When everybody comes in and signs in: minutes of the school's day.
    package static let bell = 450..<540

    /// A move, and whether this very order made it: one to where an establishment is going already, or came by its last move,
    /// is that move again.
    package typealias Ordered = (move: Move, isNew: Bool)

    /// Whether it is that time there; never in an invented school, where nobody comes.
    static func isAtTheBell(_ establishment: Establishment, now: Int64) -> Bool {
        !establishment.isInvented && bell.contains(establishment.timeZone.local(microseconds: now).minuteOfDay)
    }

    /// Orders a move. Where an earlier move to here is still open, going back there takes its way and copies nothing.
    /// - Throws: `MoveError.refused`.
    package func request(
        _ id: EstablishmentID, to target: ShardID, _ order: Order, now: Int64
    ) async throws -> Ordered {
        try await tenancy.refresh()
        let latest = try await store.latest(of: id)
        if let latest, latest.target == target, latest.state != .done || tenancy.map[id]?.placement?.shard == target {
            return (latest, false)
        }
        let map = tenancy.map
        guard let establishment = map[id], let placement = establishment.placement,
            establishment.state == .active || establishment.state == .suspended
        else { throw MoveError.refused("the establishment is not open") }
        guard let shard = map.shards[target] else { throw MoveError.refused("there is no shard \(target)") }
        guard shard.state == .active else { throw MoveError.refused("shard \(target) is \(shard.state.rawValue)") }
        guard placement.shard != target else {
            throw MoveError.refused("\(establishment.uai) is on shard \(target) already")
        }
        guard order.isForced || !MoveDesk.isAtTheBell(establishment, now: now) else {
            throw MoveError.refused("everybody signs in between 7:30 and 9:00: later, or forced")
        }
        if let earlier = try await store.wayBack(of: id), earlier.wayBack == .open, earlier.source == target,
            let move = try await turnBack(earlier.id, order)
        {
            return (move, true)
        }
        let number: Int64?
        do throws(PostgresError) {
            number = try await store.request(
                id, to: target, keepSeconds: order.keepSeconds, isForced: order.isForced,
                bytesPerSecond: order.bytesPerSecond, by: order.requester)
        } catch {
            guard error.violatedConstraint == "move_live" else { throw error }
            if let live = try await store.latest(of: id), live.target == target { return (live, false) }
            throw MoveError.refused("\(establishment.uai) is on the move already")
        }
        guard let number, let move = try await store.move(number) else {
            throw MoveError.refused("the establishment was moved or closed meanwhile")
        }
        return (move, true)
    }

    /// Takes a move back over its open way. - Throws: `.unknownMove`, `.notNow`.
    package func reverse(_ id: Int64, _ order: Order) async throws -> Move {
        guard let move = try await store.move(id) else { throw MoveError.unknownMove }
        guard let back = try await turnBack(id, order) else { throw MoveError.notNow(move.state, move.wayBack) }
        return back
    }

    private func turnBack(_ id: Int64, _ order: Order) async throws -> Move? {
        let number: Int64?
        do throws(PostgresError) {
            number = try await store.requestReturn(
                of: id, keepSeconds: order.keepSeconds, isForced: order.isForced, by: order.requester)
        } catch {
            guard error.violatedConstraint == "move_live" else { throw error }
            return nil
        }
        guard let number else { return nil }
        return try await store.move(number)
    }

    package func cancel(_ id: Int64) async throws -> Move {
        let isCancelled = try await store.cancel(id)
        guard let move = try await store.move(id) else { throw MoveError.unknownMove }
        guard isCancelled else { throw MoveError.notNow(move.state, move.wayBack) }
        return move
    }

    package func complete(_ id: Int64) async throws -> Move {
        let isClosing = try await store.complete(id)
        guard let move = try await store.move(id) else { throw MoveError.unknownMove }
        // Asked twice is once.
        guard isClosing || move.state == .done && [.closing, .closed, .none].contains(move.wayBack) else {
            throw MoveError.notNow(move.state, move.wayBack)
        }
        return move
    }
}
