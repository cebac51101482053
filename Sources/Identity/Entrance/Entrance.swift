package import Admission
internal import Cryptography
internal import Runtime
package import Tenancy

/// What every way in passes before anything is checked or given: the form, the API, single sign-on, a refreshed token.
///
/// ```swift
/// let pass = try await service.entrance.admit(holder.visitor, at: call.territory?.id, ticket: …, by: .password)
/// ```
/// A session that exists does not pass here again: it keeps its place for as long as it lasts.
package final class Entrance: @unchecked Sendable {
    // Safety: confined to its loop.
    /// A place that was taken for somebody, until their session takes it over.
    package struct Pass: Sendable {
        let applicant: Applicant
        let isKept: Bool
    }

    private let admission: AdmissionService
    private let keyring: Keyring
    private let tenancy: Tenancy
    private let clock: @Sendable () -> Int64

    init(
        admission: AdmissionService, keyring: Keyring, tenancy: Tenancy, clock: @escaping @Sendable () -> Int64
    ) {
        self.admission = admission
        self.keyring = keyring
        self.tenancy = tenancy
        self.clock = clock
    }

    /// - Parameters:
    ///   - territory: whose site they came by.
    ///   - ticket: the cookie of the waiting room, if they have one; another person's is no ticket.
    ///   - proof: what letting them in costs.
    /// - Throws: `.closed` when the calendar keeps every profile out, `.waiting` when there is no place yet.
    package func admit(
        _ visitor: Visitor, at territory: TerritoryID?, ticket text: String?, by proof: Applicant.Proof
    ) async throws(IdentityError) -> Pass {
        let judgement = await admission.judge(visitor, at: clock() * 1_000_000)
        if let judgement, judgement.open.isEmpty, visitor.mandates.isEmpty, let shut = judgement.closed.first {
            admission.gate.noteRefusal(shut.closure, of: shut.profile.role)
            throw .closed(shut.closure)
        }
        let applicant = admission.applicant(visitor, judgement, home: territory, proof: proof)
        let ticket = text.flatMap { Ticket.open($0, with: keyring, now: clock() * 1000) }
        let isTheirs = ticket?.applicant.account == applicant.account
        let answer = await admission.gate.admit(
            applicant, admission.book.capacities, firstSeen: isTheirs ? ticket?.firstSeen : nil)
        switch answer {
        // Who waited does not lose the turn by a slip of the finger; who did not wait keeps no place for it.
        case .admitted(let isKept): return Pass(applicant: applicant, isKept: isKept && !isTheirs)
        case .waiting(let wait):
            throw .waiting(
                wait, ticket: Ticket(applicant: applicant, firstSeen: wait.firstSeen).sealed(with: keyring))
        }
    }

    /// For somebody who was let in and then did not prove who they are.
    package func giveBack(_ pass: Pass) async {
        guard pass.isKept else { return }
        await admission.gate.release(pass.applicant)
    }

    /// Asks again for somebody who waits. Nil for a ticket that is none.
    func ask(_ text: String) async -> Admittance? {
        guard let ticket = Ticket.open(text, with: keyring, now: clock() * 1000) else { return nil }
        return await admission.gate.admit(
            ticket.applicant, admission.book.capacities, firstSeen: ticket.firstSeen)
    }

    /// Who a login that nobody has stands for, the same each time: what is answered before the password is looked at must not
    /// tell which logins exist. A pupil, a guardian or a teacher of a school of the site.
    func ghost(_ login: String, at territory: TerritoryID?) -> Visitor {
        let code = keyring.current.ticket.code(for: "ghost \(login)")
        let number = UUID(
            high: code[..<8].reduce(0) { $0 << 8 | UInt64($1) }, low: code[8..<16].reduce(0) { $0 << 8 | UInt64($1) })
        let role: Role = code[16] < 128 ? .pupil : code[16] < 230 ? .guardian : .teacher
        let school = territory.flatMap { territory in
            let schools = tenancy.map.establishments(of: territory)
            return schools.isEmpty ? nil : schools[(Int(code[17]) << 8 | Int(code[18])) % schools.count]
        }
        return Visitor(
            account: AccountID(rawValue: number),
            profiles: school.map {
                [Visitor.Profile(establishment: $0.id, role: role, person: PersonID(rawValue: number))]
            } ?? [], mandates: [])
    }
}
