internal import Admission
internal import Redis
internal import Runtime
package import Tenancy
package import Web

extension Sessions {
    /// Starts a session for someone whose password was just checked.
    /// - Parameters:
    ///   - client: what the person will recognise in their list of sessions; at most 100 characters.
    ///   - replacing: the session that the same browser had, which ends: a number from before a sign-in is never used after.
    /// - Returns: the session and the value of its cookie; nil when the account changed since `holder` was read.
    /// - Throws: `.directoryUnavailable`: a session that could not be revoked is not started.
    func start(
        _ holder: Holder, client: String, proof: SessionProof = .password, replacing: Session? = nil
    ) async throws(IdentityError) -> (session: Session, cookie: String)? {
        loop.assertCurrent()
        let now = clock()
        let session = Session(id: .random(), startedAt: now, holder: holder, proof: proof)
        let displaced = try await store.start(
            session, client: client, expiresAt: now + limits.absolute, mostPerAccount: limits.mostPerAccount)
        guard let displaced else { return nil }
        await put(session, now)
        await tombstone(displaced, now)
        if let replacing {
            if replacing.holder.account == holder.account { await onReplace?(replacing.id, session.id) }
            await end(replacing)
        }
        instruments.started.add()
        return (session, cookie(for: session, now))
    }

    /// Signs out here: the session's cookie is worth nothing from now on, on any node.
    package func end(_ session: Session) async {
        loop.assertCurrent()
        instruments.ended.add()
        await tombstone([session.id], clock())
        await presence?.leave(session.holder.visitor, session: session.id.rawValue)
        do {
            _ = try await store.end(session.id, of: session.holder.account)
        } catch {
            // Redis keeps the mark as long as the cookie could last.
            log.warning("a sign-out could not be written in the directory")
        }
    }

    /// Ends one session of a person's own list.
    /// - Throws: `.unknownAccount` when the account has no such session, `.directoryUnavailable`.
    package func end(_ id: SessionID, of account: AccountID) async throws(IdentityError) {
        loop.assertCurrent()
        guard try await store.end(id, of: account) else { throw .unknownAccount }
        instruments.ended.add()
        await tombstone([id], clock())
    }

    /// Signs out everywhere. - Throws: `.directoryUnavailable`: nothing was ended then.
    /// - Returns: how many sessions ended.
    @discardableResult
    package func endAll(of account: AccountID) async throws(IdentityError) -> Int {
        loop.assertCurrent()
        let identifiers = try await store.endAll(of: account)
        instruments.ended.add(identifiers.count)
        await tombstone(identifiers, clock())
        return identifiers.count
    }

    /// Frees the places of somebody who signed out everywhere.
    func left(_ holder: Holder) async { await presence?.leaveEverywhere(holder.visitor) }

    /// Marks sessions as ended that the directory has just forgotten, such as those `AccountProvisioningStore` returns.
    package func forget(_ identifiers: [SessionID]) async {
        loop.assertCurrent()
        instruments.ended.add(identifiers.count)
        await tombstone(identifiers, clock())
    }

    /// A person's sessions that are not over, newest first, at most 50. - Throws: `.directoryUnavailable`.
    package func list(of account: AccountID) async throws(IdentityError) -> [SessionSummary] {
        loop.assertCurrent()
        let summaries = try await store.list(of: account, most: 50)
        guard !summaries.isEmpty else { return [] }
        let commands: [[RedisWord]] = summaries.map { ["GET", .text(StoredSession.key($0.id))] }
        guard let replies = try? await redis.pipeline(commands) else { return summaries }
        let now = clock()
        return zip(summaries, replies).compactMap { summary, reply in
            var summary = summary
            switch reply.bytes.flatMap({ StoredSession(id: summary.id, $0) }) {
            case .active(_, let seenAt) where now - seenAt <= limits.idle: summary.seenAt = seenAt
            case .active, .ended: return nil
            case nil: break
            }
            return summary
        }
    }

    /// The same session in another language, here and in Redis.
    /// - Returns: the session and the new value of its cookie.
    package func setLanguage(_ language: Language, of session: Session) async -> (session: Session, cookie: String) {
        loop.assertCurrent()
        var session = session
        session.holder = session.holder.speaking(language)
        let now = clock()
        standings[session.id] = nil
        await put(session, now)
        return (session, cookie(for: session, now))
    }
}
