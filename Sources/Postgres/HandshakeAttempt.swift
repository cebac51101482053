internal import CPostgres
internal import Runtime

/// One attempt to open a session with one server, from its name to "ready for query", without ever blocking the loop. Without a
/// time limit of its own.
final class HandshakeAttempt {
    typealias Completion = (Result<OpaquePointer, PostgresUnavailability>) -> Void

    private let loop: EventLoop
    private let configuration: PostgresConfiguration
    private let lane: PostgresLane
    private let host: String
    private var connection: OpaquePointer?
    private var registration: RegistrationID?
    private var completion: Completion?

    /// - Parameters:
    ///   - host: one of the configuration's.
    ///   - completion: called once, on a later turn, with a connection that the caller then owns.
    init(
        _ configuration: PostgresConfiguration, host: String, lane: PostgresLane, on loop: EventLoop,
        _ completion: @escaping Completion
    ) {
        self.loop = loop
        self.configuration = configuration
        self.host = host
        self.lane = lane
        self.completion = completion
    }

    func start() {
        guard NameResolver.needsLookup(host) else { return open(address: nil) }
        let waiting = LoopBound(self)
        NameResolver.resolve(host, on: loop) { address in
            waiting.value.resolved(address)
        }
    }

    func cancel() {
        completion = nil
        finish(.failure(.unreachable))
    }

    private func resolved(_ address: String?) {
        guard completion != nil else { return }
        guard let address else { return finish(.failure(.unknownHost)) }
        open(address: address)
    }

    private func open(address: String?) {
        let parameters = configuration.connectionParameters(host: host, address: address, lane: lane)
        var names: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        let texts = parameters.flatMap { [CString($0.0), CString($0.1)] }
        for (index, text) in texts.enumerated() {
            if index.isMultiple(of: 2) { names.append(text.pointer) } else { values.append(text.pointer) }
        }
        connection = withExtendedLifetime(texts) { PQconnectStartParams(names + [nil], values + [nil], 0) }
        guard let connection, PQstatus(connection) != CONNECTION_BAD else {
            // Not from here: the caller has not stored us yet.
            let waiting = LoopBound(self)
            return loop.execute { waiting.value.finish(.failure(.unreachable)) }
        }
        // The one way to learn the SQLSTATE of a refusal is to have it in the text.
        PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE)
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        watch(.write)
    }

    private func watch(_ interest: Readiness) {
        guard let connection else { return }
        registration = try? loop.register(PQsocket(connection), interest) { [self] _ in poll() }
        if registration == nil { finish(.failure(.unreachable)) }
    }

    private func poll() {
        guard let connection else { return }
        // libpq may close its socket and open another, with the same number even: watched anew after each step.
        if let registration { loop.unregister(registration) }
        registration = nil
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: watch(.read)
        case PGRES_POLLING_WRITING: watch(.write)
        case PGRES_POLLING_OK: finish(.success(connection))
        default: finish(.failure(HandshakeAttempt.reason(String(cString: PQerrorMessage(connection)))))
        }
    }

    private func finish(_ outcome: Result<OpaquePointer, PostgresUnavailability>) {
        if let registration { loop.unregister(registration) }
        registration = nil
        if case .failure = outcome, let connection { PQfinish(connection) }
        connection = nil
        let completion = completion
        self.completion = nil
        completion?(outcome)
    }

    /// A refusal by the server ends with `: 28P01` in the verbosity asked for; that its writes are not ours is said by libpq;
    /// anything else failed before the server could speak.
    static func reason(_ message: String) -> PostgresUnavailability {
        if message.contains("session is read-only") { return .standby }
        for line in message.split(separator: "\n").reversed() {
            guard let colon = line.lastIndex(of: ":") else { continue }
            let code = line[line.index(after: colon)...].drop { $0 == " " }
            if code.utf8.count == 5, code.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }) {
                return .refused(sqlState: String(code))
            }
        }
        return .unreachable
    }
}

/// Carries a loop's object through a `@Sendable` closure that runs on that loop.
struct LoopBound<Value: AnyObject>: @unchecked Sendable {
    // Safety: whoever makes one only takes the value out on the loop that owns it.
    let value: Value

    init(_ value: Value) { self.value = value }
}

extension PostgresConfiguration {
    /// Every parameter that libpq would otherwise take from the environment or from files is set.
    func connectionParameters(host: String, address: String?, lane: PostgresLane) -> [(String, String)] {
        let statementLimit = lane == .interactive ? interactiveStatementLimit : backgroundStatementLimit
        // What a role's or a database's own settings could change in the text that statements read and write.
        var session = [
            "TimeZone": "UTC", "DateStyle": "ISO, YMD", "IntervalStyle": "iso_8601", "bytea_output": "hex",
            "extra_float_digits": "1", "standard_conforming_strings": "on",
        ].merging(settings) { $1 }
        session["statement_timeout"] = String(statementLimit.milliseconds)
        session["idle_in_transaction_session_timeout"] = String(openTransactionLimit.milliseconds)
        let options = session.sorted { $0.key < $1.key }.map { name, value in
            "-c \(name)=" + value.flatMap { $0 == " " || $0 == "\\" ? ["\\", $0] : [$0] }
        }
        var parameters = [
            ("host", host), ("port", String(port)), ("dbname", database), ("user", user), ("password", password ?? ""),
            ("application_name", applicationName), ("client_encoding", "UTF8"), ("passfile", "/dev/null/none"),
            ("options", options.joined(separator: " ")), ("gssencmode", "disable"),
            ("target_session_attrs", "read-write"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"), ("connect_timeout", "0"),
        ]
        if let address { parameters.append(("hostaddr", address)) }
        if isReplication { parameters.append(("replication", "database")) }
        switch encryption {
        case .disabled: parameters.append(("sslmode", "disable"))
        case .required: parameters.append(("sslmode", "require"))
        case .verified(let authorityFile):
            parameters.append(("sslmode", "verify-full"))
            parameters.append(("sslrootcert", authorityFile))
        }
        return parameters
    }
}

extension Duration {
    var milliseconds: UInt64 { wholeNanoseconds / 1_000_000 }
}
