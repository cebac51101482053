package import Admission
package import Postgres
package import Redis
package import Runtime
internal import Tenancy
internal import Web

/// The sessions of the people signed in, as one loop sees them.
///
/// Three places know a session, and each can be lost without anybody noticing:
/// - Redis is asked on every request, in one round trip: it knows when the session was last used and that it was ended.
/// - The signed cookie holds the whole session, so that Redis can lose it.
/// - The directory holds a row for it, which a sign-out removes: it is asked before a cookie may rebuild what Redis lost,
///   every few minutes besides, and never on an ordinary request.
package final class Sessions: @unchecked Sendable {
    // Safety: confined to its loop.
    package enum Loaded: Sendable {
        /// No cookie, or one that is none of ours.
        case none
        /// Over: signed out, idle for too long, too old. The cookie is to be removed.
        case ended
        /// `cookie`: a new value for the cookie, when it is time to replace it.
        case active(Session, cookie: String?)
    }

    package let loop: EventLoop
    package let limits: SessionLimits
    package let keyring: Keyring

    let clock: @Sendable () -> Int64
    let redis: RedisClient
    let store: SessionStore
    let instruments: SessionInstruments
    let log: Log

    /// Told of each session that was just used, about once a minute.
    package var presence: Presence?

    /// What the directory said about a session, and when.
    private var verified = VerifiedCookies()
    var standings: BoundedCache<SessionID, (standing: SessionStore.Standing, at: Int64)>
    /// Ended here while Redis could not be told; told as soon as it can be.
    var untold: [SessionID: Int64] = [:]
    private var isTelling = false
    /// Told, before the old one ends, that a person's session goes on under another number.
    var onReplace: ((_ old: SessionID, _ new: SessionID) async -> Void)?
    /// Told of sessions that ended here, or were found to have ended.
    package var onEnd: (([SessionID]) -> Void)?
    /// The directory is not asked again before this moment.
    var directoryPause = Instant(nanoseconds: 0)

    /// - Parameters:
    ///   - directory: the directory's pool on the same loop.
    ///   - clock: seconds since 1970.
    package init(
        loop: EventLoop, keyring: Keyring, limits: SessionLimits = .standard, redis: RedisClient,
        directory: PostgresPool, metrics: Metrics, log: Log,
        clock: @escaping @Sendable () -> Int64 = { WallClock.seconds }
    ) {
        self.loop = loop
        self.keyring = keyring
        self.limits = limits
        self.redis = redis
        self.clock = clock
        self.log = log
        store = SessionStore(directory)
        instruments = SessionInstruments(metrics)
        standings = BoundedCache(generation: 20_000)
    }

    /// The cookie's content, if a key of ours signed it. A browser sends the same cookie with every request: what was
    /// verified is not verified again.
    private func open(_ text: String) -> VerifiedCookie? {
        if let known = verified.find(text, keysVersion: keyring.version) {
            instruments.verifiedBefore.add()
            return known
        }
        let version = keyring.version
        guard let (cookie, isCurrentKey) = SessionCookie.open(text, with: keyring) else { return nil }
        let opened = VerifiedCookie(cookie, isCurrentKey: isCurrentKey)
        verified.keep(opened, for: text, keysVersion: version)
        return opened
    }

    // MARK: On each request

    /// The session that a request's cookie stands for.
    /// - Parameter text: the value of the cookie `preau_session`; nil when there is none.
    /// - Throws: `.unconfirmed` when nothing can confirm the session at the moment.
    package func load(_ text: String?) async throws(IdentityError) -> Loaded {
        loop.assertCurrent()
        guard let text else { return .none }
        guard let verified = open(text) else {
            instruments.forged.add()
            return .none
        }
        let cookie = verified.cookie
        let now = clock()
        guard now < cookie.session.startedAt + limits.absolute else { return .ended }
        let isDue = !verified.isCurrentKey || now - cookie.issuedAt >= limits.refresh
        let reply: RedisValue
        do {
            reply = try await redis.send("GET", .text(verified.key))
        } catch {
            instruments.withoutRedis.add()
            return try await loadWithoutRedis(cookie, isDue, now)
        }
        let wasEndedHere = untold[cookie.session.id] != nil
        if !untold.isEmpty { await tellRedis() }
        // The reply is from before Redis was told.
        guard !wasEndedHere else { return .ended }
        guard let bytes = reply.bytes,
            let stored = StoredSession(bytes, ifStill: verified) ?? StoredSession(id: cookie.session.id, bytes)
        else {
            return try await rebuild(cookie, now)
        }
        guard case .active(let session, let seenAt) = stored else { return .ended }
        guard session.holder.account == cookie.session.holder.account, now - seenAt <= limits.idle else {
            return .ended
        }
        if isDue { return await refresh(session, seenAt, now) }
        if now - seenAt >= limits.renewal { await renew(session, now) }
        return .active(session, cookie: nil)
    }

    /// Writes the time of last use beside the session, and keeps it a while longer.
    private func renew(_ session: Session, _ now: Int64) async {
        presence?.note(session.holder.visitor, session: session.id.rawValue)
        let key = RedisWord.text(StoredSession.key(session.id))
        _ = try? await redis.pipeline([
            ["SETRANGE", key, .integer(StoredSession.seenOffset), .bytes(StoredSession.seenBytes(now))],
            ["EXPIRE", key, .integer(timeToLive(session, now))],
        ])
    }

    /// Every few minutes of use: looks the account up again and gives a new cookie. The directory gone changes nothing.
    private func refresh(_ session: Session, _ seenAt: Int64, _ now: Int64) async -> Loaded {
        guard let standing = try? await standing(of: session, now) else {
            if now - seenAt >= limits.renewal { await renew(session, now) }
            return .active(session, cookie: cookie(for: session, now))
        }
        guard case .valid(let holder) = standing else {
            await tombstone([session.id], now)
            return .ended
        }
        var current = session
        current.holder = holder
        if current == session {
            if now - seenAt >= limits.renewal { await renew(session, now) }
        } else {
            await put(current, now)
        }
        return .active(current, cookie: cookie(for: current, now))
    }

    /// Redis has lost the session, or never had it.
    private func rebuild(_ cookie: SessionCookie, _ now: Int64) async throws(IdentityError) -> Loaded {
        guard now - cookie.issuedAt <= limits.idle + limits.refresh else { return .ended }
        // Not what it said a moment ago: a sign-out since then may have been lost with the rest.
        standings[cookie.session.id] = nil
        guard let standing = try? await standing(of: cookie.session, now) else { return try believe(cookie, now) }
        guard case .valid(let holder) = standing else {
            await tombstone([cookie.session.id], now)
            return .ended
        }
        var session = cookie.session
        session.holder = holder
        await put(session, now)
        instruments.rebuilt.add()
        return .active(session, cookie: self.cookie(for: session, now))
    }

    private func loadWithoutRedis(
        _ cookie: SessionCookie, _ isDue: Bool, _ now: Int64
    ) async throws(IdentityError) -> Loaded {
        guard untold[cookie.session.id] == nil, now - cookie.issuedAt <= limits.idle + limits.refresh else {
            return .ended
        }
        guard let standing = try? await standing(of: cookie.session, now) else { return try believe(cookie, now) }
        guard case .valid(let holder) = standing else { return .ended }
        var session = cookie.session
        session.holder = holder
        return .active(session, cookie: isDue ? self.cookie(for: session, now) : nil)
    }

    /// With neither Redis nor the directory. The cookie is not replaced: what it proves ages.
    private func believe(_ cookie: SessionCookie, _ now: Int64) throws(IdentityError) -> Loaded {
        guard now - cookie.issuedAt <= limits.blind else {
            instruments.unconfirmed.add()
            throw .unconfirmed
        }
        instruments.believed.add()
        return .active(cookie.session, cookie: nil)
    }

    // MARK: What the directory says

    /// The directory's word about a session, not older than `limits.recheck`.
    private func standing(of session: Session, _ now: Int64) async throws(IdentityError) -> SessionStore.Standing {
        if let known = standings[session.id], now - known.at < limits.recheck { return known.standing }
        // One that hangs is not waited for by every request.
        guard Instant.now >= directoryPause else { throw .directoryUnavailable }
        do {
            let standing = try await store.check(session)
            standings[session.id] = (standing, now)
            return standing
        } catch {
            directoryPause = Instant.now + .seconds(1)
            throw error
        }
    }

    // MARK: Words to Redis

    /// Never over the mark of a sign-out.
    func put(_ session: Session, _ now: Int64) async {
        presence?.note(session.holder.visitor, session: session.id.rawValue)
        _ = try? await redis.call(
            SessionFunctions.put, keys: [.text(StoredSession.key(session.id))],
            arguments: [
                .bytes(StoredSession.active(session, seenAt: now).bytes), .integer(timeToLive(session, now)),
            ])
    }

    /// Marks sessions as ended, for as long as a cookie could bring them back.
    func tombstone(_ identifiers: [SessionID], _ now: Int64) async {
        guard !identifiers.isEmpty else { return }
        for id in identifiers { standings[id] = (.ended, now) }
        onEnd?(identifiers)
        if await mark(identifiers) { return }
        instruments.untold.add(identifiers.count)
        // Beyond the bound the directory still knows: such a session ends at its next look-up.
        for id in identifiers where untold.count < 10_000 { untold[id] = now + limits.absolute }
    }

    private func mark(_ identifiers: [SessionID]) async -> Bool {
        let commands: [[RedisWord]] = identifiers.map { id in
            [
                "SET", .text(StoredSession.key(id)), .bytes(StoredSession.ended.bytes), "EX",
                .integer(Int(limits.absolute)),
            ]
        }
        guard !commands.isEmpty else { return true }
        guard let replies = try? await redis.pipeline(commands) else { return false }
        return replies.allSatisfy { $0 == .ok }
    }

    private func tellRedis() async {
        guard !isTelling else { return }
        isTelling = true
        defer { isTelling = false }
        let now = clock()
        let telling = untold
        guard await mark(telling.filter { $0.value > now }.map(\.key)) else { return }
        // Only now: until then they are refused here, whatever Redis still says.
        for id in telling.keys { untold[id] = nil }
    }

    func cookie(for session: Session, _ now: Int64) -> String {
        SessionCookie(session: session, issuedAt: now).signed(by: keyring.current)
    }

    /// Longer than the idle limit by the age that a cookie can have: once Redis has dropped the key, the cookie alone tells
    /// that the limit has passed.
    private func timeToLive(_ session: Session, _ now: Int64) -> Int {
        Int(max(1, min(limits.idle + limits.refresh + limits.renewal, session.startedAt + limits.absolute - now)))
    }
}
