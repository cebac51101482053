internal import Redis
internal import Runtime

/// What became of a ticket that a service brought back.
enum CASValidation {
    struct Success {
        let service: PartnerService
        let released: ReleasedIdentity
        let session: Session
        let isNewLogin: Bool
        /// Through whom it was asked for, the last one first.
        var proxies: [String] = []
        /// What stands for the granting ticket that the service was sent.
        var stand: String?
    }

    /// The codes of CAS 3.0.3 §2.5.3.
    enum Failure: String {
        case invalidRequest = "INVALID_REQUEST"
        case invalidTicketSpec = "INVALID_TICKET_SPEC"
        case invalidTicket = "INVALID_TICKET"
        case invalidService = "INVALID_SERVICE"
        case unauthorizedService = "UNAUTHORIZED_SERVICE"
        case unauthorizedProxy = "UNAUTHORIZED_SERVICE_PROXY"
        case invalidProxyCallback = "INVALID_PROXY_CALLBACK"
        case internalError = "INTERNAL_ERROR"

        var description: String {
            switch self {
            case .invalidRequest: "service and ticket are needed, each once"
            case .invalidTicketSpec: "this is no service ticket"
            case .invalidTicket: "the ticket is unknown, was used or is too old"
            case .invalidService: "the ticket was given to another service"
            case .unauthorizedService: "the service is not registered, or not open to this person"
            case .unauthorizedProxy: "the service may not ask others in people's names"
            case .invalidProxyCallback: "the address for proxy tickets is not registered"
            case .internalError: "the ticket could not be checked; it may have been used up"
            }
        }
    }

    case success(Success)
    case failure(Failure)
}

extension SingleSignOn {
    /// Lets a session into a service: the ticket that the service will bring back. One round trip.
    /// - Throws: `.ticketsUnavailable`.
    func issueTicket(
        _ session: Session, for service: PartnerService, at url: PartnerURL, isNewLogin: Bool, life: Int
    ) async throws(IdentityError) -> String {
        let name = CASTicket.newName(of: session.id, keyring.current.hidden)
        let ticket = CASTicket(session: session.id, service: service.id, url: url.text, isNewLogin: isNewLogin)
        var commands: [[RedisWord]] = [
            ["SET", CASTicket.key(name), .bytes(ticket.bytes), "EX", .integer(CASTicket.life)]
        ]
        if service.settings.isToldOfSignOut {
            let entry = PartnerSessions.Entry.cas(url: service.settings.logoutURL?.text ?? url.text, ticket: name)
            commands += PartnerSessions.commands(entry, of: session.id, life: life)
        }
        guard let replies = (try? await redis.insist(on: commands))?.replies, replies[0] == .ok else {
            throw .ticketsUnavailable
        }
        if replies.count > 1 { await partnerSessions.trim(session.id, after: replies) }
        return name
    }

    /// Takes a ticket. It is used up by this, also when nothing comes of it.
    /// - Parameters:
    ///   - renew: only a ticket for which the person showed who they are will do.
    ///   - takesProxies: whether a ticket that another service asked for will do.
    ///   - tellsAttributes: whether the answer has more than who the person is: what is not told is not looked up.
    ///   - callback: where the service wants a granting ticket sent.
    func validate(
        ticket name: String?, service text: String?, renew: Bool, takesProxies: Bool = false,
        tellsAttributes: Bool = true, callback: String? = nil
    ) async -> CASValidation {
        var outcome = await check(name, text, renew, takesProxies, tellsAttributes)
        if let callback, case .success(let success) = outcome, !success.service.settings.proxyCallbacks.isEmpty {
            outcome = await grant(success, callback)
        }
        switch outcome {
        case .success(let success): note(.cas, success.service, success.session.holder.account, "validated")
        case .failure(let failure):
            instruments.count(.cas, failure == .internalError ? "impossible" : "refused")
        }
        return outcome
    }

    private func check(
        _ name: String?, _ text: String?, _ renew: Bool, _ takesProxies: Bool, _ tellsAttributes: Bool
    ) async -> CASValidation {
        guard let name, let text, !name.isEmpty, !text.isEmpty else { return .failure(.invalidRequest) }
        let isProxied = takesProxies && name.hasPrefix(CASTicket.Kind.proxy.rawValue)
        guard isProxied || name.hasPrefix("ST-") else { return .failure(.invalidTicketSpec) }
        let kind: CASTicket.Kind = isProxied ? .proxy : .service
        guard CASTicket.isName(name, kind) else { return .failure(.invalidTicket) }
        let taken: TakenValue
        do {
            taken = try await take(
                CASTicket.key(name), probablyOf: CASTicket.session(in: name, kind, keyring.current.hidden))
        } catch {
            return .failure(.internalError)
        }
        guard let ticket = taken.value.flatMap({ CASTicket($0) }) else { return .failure(.invalidTicket) }
        guard let url = address(text), url.text == ticket.url else { return .failure(.invalidService) }
        guard let service = partners[ticket.service], service.isEnabled else { return .failure(.unauthorizedService) }
        guard !renew || ticket.isNewLogin else { return .failure(.invalidTicket) }
        let stored: StoredSession?
        do { stored = try await session(ticket.session, of: taken) } catch { return .failure(.internalError) }
        // Signed out between the two, or lost with Redis: the person enters again.
        guard case .active(let session, _) = stored else { return .failure(.invalidTicket) }
        do {
            let released = try await release(
                service, of: session.holder,
                attributes: tellsAttributes || service.settings.repeatsAttributes)
            return .success(
                CASValidation.Success(
                    service: service, released: released, session: session, isNewLogin: ticket.isNewLogin,
                    proxies: ticket.proxies))
        } catch {
            switch error {
            case .partnerForbidden: return .failure(.unauthorizedService)
            case .signedOut: return .failure(.invalidTicket)
            default: return .failure(.internalError)
            }
        }
    }
}
