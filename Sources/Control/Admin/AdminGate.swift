internal import Identity
package import Tenancy
package import Web

/// Where the admin service leaves what its caller has in their charge.
enum ChargeKey: CallKey { typealias Value = Charge }

/// Runs behind the gate of sessions: an administrator's charge is what the directory says at this moment, not what it said
/// when they signed in.
package enum AdminGate {
    package static func middleware(_ service: AdminService) -> Middleware {
        Middleware { call, next in
            switch call.route.access {
            case .roles, .operatorTokenOrRoles: try await enter(call, service)
            case .operatorToken:
                // What is nobody's territory: a program of a part of the platform has no part in it.
                if let token = call[AdminTokenKey.self], token.role != .platformAdmin || token.rights != nil {
                    throw IdentityError.forbidden
                }
                call[ChargeKey.self] = .everything
            default: break
            }
            return try await next(call)
        }
    }

    private static func enter(_ call: Call, _ service: AdminService) async throws {
        if call[OperatorKey.self] == true {
            call[ChargeKey.self] = call[AdminTokenKey.self].map(service.charge) ?? .everything
            return
        }
        let account = try call.requireSession().holder.account
        let charge = try await service.mandates.charge(of: account, service.tenancy.territories)
        guard !charge.isEmpty else { throw IdentityError.forbidden }
        call[ChargeKey.self] = charge
        ConsoleFrame.dress(call, charge)
    }
}

extension AdminService {
    /// What the caller has in their charge; nothing on a route that is open to everybody.
    package func charge(_ call: Call) -> Charge { call[ChargeKey.self] ?? Charge(grants: []) }

    /// The establishment that the path names, which the caller has something to do with.
    /// - Throws: `notFound`, also for one that is not in their charge.
    package func establishment(_ call: Call) throws -> Establishment {
        guard let uai = UAI(rawValue: try call.path.text("establishment")), let establishment = tenancy.map[uai],
            charge(call).contains(establishment)
        else { throw Problem(.notFound) }
        return establishment
    }

    /// The same, where they may do such acts. - Throws: `notFound`, `ControlError.noRight`.
    package func establishment(_ call: Call, for right: AdminRight) throws -> Establishment {
        let establishment = try establishment(call)
        try charge(call).require(right, in: establishment)
        return establishment
    }
}
