internal import HTTPClient
internal import Redis
internal import Runtime

/// Tickets with which one service asks another in a person's name (CAS 3.0.3 §2.5.4, §2.7), for services that are registered for
/// it: nobody else gets any.
extension SingleSignOn {
    /// What became of a service's wish to ask another.
    enum ProxyOutcome {
        case ticket(String)
        case failure(CASValidation.Failure)
    }

    /// Longer chains of services are nobody's.
    private static let longestChain = 5

    /// Sends the service a granting ticket, by way of an address of its own that is registered; the answer holds only what stands for
    /// it. A service that does not take it gets its answer all the same, without.
    func grant(_ success: CASValidation.Success, _ callback: String) async -> CASValidation {
        let service = success.service
        guard let url = PartnerURL(callback), service.settings.proxyCallbacks.contains(where: { $0.covers(url) }),
            success.proxies.count < SingleSignOn.longestChain
        else { return .failure(.invalidProxyCallback) }
        guard let client else { return .success(success) }
        let ticket = CASTicket.newName(.granting)
        let stand = CASTicket.newName(.stand)
        let content = CASTicket(
            session: success.session.id, service: service.id, url: url.text, isNewLogin: false,
            proxies: success.proxies)
        let life = Int(max(1, success.session.startedAt + SessionLimits.standard.absolute - clock()))
        guard
            (try? await redis.send("SET", CASTicket.key(ticket), .bytes(content.bytes), "EX", .integer(life), "NX"))
                == .ok
        else { return .failure(.internalError) }
        let address = PartnerURL(url.adding("pgtIou", stand))?.adding("pgtId", ticket) ?? ""
        // No redirect is followed, and the certificate is looked at.
        let answer = try? await client.send(HTTPClient.Request("GET", address))
        guard let answer, answer.status == 200 else {
            _ = try? await redis.send("DEL", CASTicket.key(ticket))
            note(.cas, service, success.session.holder.account, "no proxy")
            return .success(success)
        }
        var success = success
        success.stand = stand
        return .success(success)
    }

    /// A ticket for another service, from one that has a granting ticket. It ends with the session, as the granting one does.
    func proxy(_ name: String?, to target: String?) async -> ProxyOutcome {
        guard let name, let target, !name.isEmpty, !target.isEmpty else { return .failure(.invalidRequest) }
        guard CASTicket.isName(name, .granting) else { return .failure(.invalidTicket) }
        let granting: CASTicket
        let session: Session
        do {
            guard let found = try await redis.send("GET", CASTicket.key(name)).bytes.flatMap({ CASTicket($0) }) else {
                return .failure(.invalidTicket)
            }
            let stored = try await redis.send("GET", .text(StoredSession.key(found.session))).bytes
            guard case .active(let active, _) = stored.flatMap({ StoredSession(id: found.session, $0) }) else {
                return .failure(.invalidTicket)
            }
            (granting, session) = (found, active)
        } catch {
            return .failure(.internalError)
        }
        // Still registered for it, whatever it was when it got the ticket.
        guard let owner = partners[granting.service], owner.isEnabled, let callback = PartnerURL(granting.url),
            owner.settings.proxyCallbacks.contains(where: { $0.covers(callback) })
        else { return .failure(.unauthorizedProxy) }
        guard let url = PartnerURL(target), let service = service(at: url, for: session.holder),
            standing(of: session.holder, with: owner).isAllowed, standing(of: session.holder, with: service).isAllowed
        else { return .failure(.unauthorizedService) }
        let ticket = CASTicket(
            session: session.id, service: service.id, url: url.text, isNewLogin: false,
            proxies: [granting.url] + granting.proxies)
        let made = CASTicket.newName(.proxy)
        guard
            (try? await redis.send(
                "SET", CASTicket.key(made), .bytes(ticket.bytes), "EX", .integer(CASTicket.life), "NX")) == .ok
        else { return .failure(.internalError) }
        note(.cas, service, session.holder.account, "proxied")
        return .ticket(made)
    }
}
