internal import Runtime

/// Opens a session with whichever of a server's addresses takes writes: all of them are asked at once, and those that refuse are
/// asked again while another has not said anything, so that one that is gone hides nobody who takes its place.
final class Handshake {
    typealias Completion = HandshakeAttempt.Completion

    private let loop: EventLoop
    private let configuration: PostgresConfiguration
    private let lane: PostgresLane
    private var completion: Completion?
    private var attempts: [String: HandshakeAttempt] = [:]
    private var pauses: [String: TimerID] = [:]
    private var failures: [String: PostgresUnavailability] = [:]
    private var timer: TimerID?

    /// Between two attempts at one address of several.
    private static let pause = Duration.milliseconds(100)

    /// Keep the object to be able to `cancel`.
    /// - Parameter completion: called once, on a later turn, with a connection that the caller then owns.
    init(
        _ configuration: PostgresConfiguration, lane: PostgresLane, on loop: EventLoop,
        _ completion: @escaping Completion
    ) {
        self.loop = loop
        self.configuration = configuration
        self.lane = lane
        self.completion = completion
    }

    func start() {
        timer = loop.schedule(after: configuration.connectDeadline) { self.finish(.failure(.hung)) }
        for host in configuration.hosts { attempt(host) }
    }

    func cancel() {
        completion = nil
        finish(.failure(.unreachable))
    }

    private func attempt(_ host: String) {
        // Ends with `finish`, which forgets the attempts and with them these references to us.
        let attempt = HandshakeAttempt(configuration, host: host, lane: lane, on: loop) { outcome in
            self.attempts[host] = nil
            switch outcome {
            case .success: self.finish(outcome)
            case .failure(let reason): self.failed(host, reason)
            }
        }
        attempts[host] = attempt
        attempt.start()
    }

    private func failed(_ host: String, _ reason: PostgresUnavailability) {
        failures[host] = reason
        guard !attempts.isEmpty else {
            return finish(.failure(failures.values.min { $0.silence < $1.silence } ?? reason))
        }
        pauses[host] = loop.schedule(after: Handshake.pause) {
            self.pauses[host] = nil
            self.attempt(host)
        }
    }

    private func finish(_ outcome: Result<OpaquePointer, PostgresUnavailability>) {
        for timer in [timer].compactMap(\.self) + pauses.values { loop.cancel(timer) }
        timer = nil
        pauses = [:]
        let others = attempts.values
        attempts = [:]
        for attempt in others { attempt.cancel() }
        let completion = completion
        self.completion = nil
        completion?(outcome)
    }
}

extension PostgresUnavailability {
    /// Of several servers that cannot be used, the one that has said most tells why.
    fileprivate var silence: Int {
        switch self {
        case .refused: 0
        case .standby: 1
        case .connectionLost: 2
        case .hung: 3
        case .unreachable: 4
        case .unknownHost: 5
        }
    }
}
