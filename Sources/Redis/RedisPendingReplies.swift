internal import Runtime

/// Who is told what a command gave.
enum RedisReceiver {
    case single(UnsafeContinuation<Result<RedisValue, RedisError>, Never>)
    case part(RedisBatch, Int)
    /// Told already (its deadline passed), or nobody asked (a heartbeat). Its reply is still to come and is dropped.
    case nobody

    func receive(_ result: Result<RedisValue, RedisError>) {
        switch self {
        case .single(let continuation): continuation.resume(returning: result)
        case .part(let batch, let index): batch.receive(index, result)
        case .nobody: break
        }
    }
}

/// The replies of a pipeline on their way to one waiting task.
final class RedisBatch {
    private var values: [RedisValue]
    private var missing: Int
    private var continuation: UnsafeContinuation<Result<[RedisValue], RedisError>, Never>?

    init(_ count: Int, _ continuation: UnsafeContinuation<Result<[RedisValue], RedisError>, Never>) {
        values = Array(repeating: .null, count: count)
        missing = count
        self.continuation = continuation
    }

    func receive(_ index: Int, _ result: Result<RedisValue, RedisError>) {
        switch result {
        case .success(let value):
            values[index] = value
            missing -= 1
            if missing == 0 { finish(.success(values)) }
        case .failure(let error): finish(.failure(error))
        }
    }

    private func finish(_ result: Result<[RedisValue], RedisError>) {
        continuation?.resume(returning: result)
        continuation = nil
    }
}

/// The commands sent on one connection and not answered yet, oldest first: Redis answers in order.
struct RedisPendingReplies {
    struct Slot {
        var receiver: RedisReceiver
        let sentAt: Instant
        let expiry: Instant
    }

    private var slots: [Slot] = []
    private var head = 0

    var count: Int { slots.count - head }
    var isEmpty: Bool { head == slots.count }
    var oldest: Slot? { isEmpty ? nil : slots[head] }

    mutating func append(_ slot: Slot) { slots.append(slot) }

    mutating func popFirst() -> Slot? {
        guard head < slots.count else { return nil }
        let slot = slots[head]
        slots[head].receiver = .nobody
        head += 1
        if head == slots.count {
            slots.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024, head * 2 > slots.count {
            slots.removeFirst(head)
            head = 0
        }
        return slot
    }

    /// Takes out the receivers whose deadline has passed, and says when the next one's does.
    mutating func takeExpired(at now: Instant) -> (expired: [RedisReceiver], next: Instant) {
        var expired: [RedisReceiver] = []
        var next = Instant.distantFuture
        for index in head..<slots.count {
            if case .nobody = slots[index].receiver { continue }
            if slots[index].expiry <= now {
                expired.append(slots[index].receiver)
                slots[index].receiver = .nobody
            } else {
                next = min(next, slots[index].expiry)
            }
        }
        return (expired, next)
    }

    mutating func takeAll() -> [RedisReceiver] {
        defer {
            slots = []
            head = 0
        }
        return slots[head...].map(\.receiver)
    }
}
