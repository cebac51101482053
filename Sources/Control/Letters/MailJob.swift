package import HTTPClient
package import Identity
package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// Writes by mail to those who have never been here, some at a time.
///
/// Whom a mail is for is written down before it goes: killed in between, nobody gets two, and whoever may have got none is
/// counted as unsure. What the server does not take now is taken back and tried again.
package struct MailJob: Sendable {
    private let directory: PostgresPool
    private let tenancy: Tenancy
    private let keyring: Keyring
    private let front: String
    private let sender: MailSender
    private let visitors: NeverConnectedStore

    package static let kind = JobSubject.mails.rawValue
    /// How many the process forgets whether they went, at worst.
    private static let chunk = 20
    /// Less than a letter's: nobody has to carry it home.
    private static let daysValid = 14

    /// - Parameter front: the origin that people use, where neither the school nor its territory has a host name.
    package init(
        directory: PostgresPool, tenancy: Tenancy, keyring: Keyring, front: String, sender: MailSender
    ) {
        self.directory = directory
        self.tenancy = tenancy
        self.keyring = keyring
        self.front = front
        self.sender = sender
        visitors = NeverConnectedStore(directory)
    }

    package var job: JobKind { JobKind(.mails) { run in try await self.run(run) } }

    private struct Recipient: Sendable {
        let visitor: NeverConnectedStore.Visitor
        let name: String
        let to: MailAddress
    }

    private func run(_ run: JobRun) async throws -> JSON {
        guard let id = run.job.establishment, let establishment = tenancy.map[id] else {
            throw JobError.permanent("the job's parameters cannot be read")
        }
        let roles = Set(run.parameters["roles"]?.elements?.compactMap(\.text) ?? ["guardian"])
        let paper = Letter.paper(
            of: establishment, run.parameters["language"]?.text, days: MailJob.daysValid, front, tenancy)
        let rounds = try await LetterRounds.all(of: establishment, roles, run.parameters["class"]?.text, tenancy)
        var done = run.checkpoint["done"]?.integer ?? 0
        var unreachable = run.checkpoint["without_address"]?.integer ?? 0
        while done < rounds.count {
            let (recipients, without) = try await recipients(rounds[done].people, of: establishment)
            for start in stride(from: 0, to: recipients.count, by: MailJob.chunk) {
                let some = Array(recipients[start..<min(recipients.count, start + MailJob.chunk)])
                try await send(some, establishment, paper, run)
                try await run.save(step: rounds[done].group, done: done, total: rounds.count)
            }
            done += 1
            unreachable += without
            try await run.save(
                ["done": .integer(done), "without_address": .integer(unreachable)], step: "", done: done,
                total: rounds.count)
        }
        let counts = try await visitors.states(of: run.id.rawValue)
        return [
            "sent": .integer(counts["sent"] ?? 0), "refused": .integer(counts["refused"] ?? 0),
            "unsure": .integer(counts["sending"] ?? 0), "without_address": .integer(unreachable),
        ]
    }

    /// Those who have never signed in and can be written to; and how many have no address.
    private func recipients(
        _ people: [NeverConnectedStore.Person], of establishment: Establishment
    ) async throws -> (recipients: [Recipient], without: Int) {
        guard !people.isEmpty else { return ([], 0) }
        let known = try await visitors.visitors(people.map(\.id), of: establishment.id)
        let absent = people.filter { person in
            // Whoever administers gets no code by mail.
            guard let visitor = known[person.id], !visitor.isPrivileged, !visitor.hasVisited else { return false }
            return visitor.state == "pending" || visitor.state == "active"
        }
        let context = try tenancy.administrativeContext(for: establishment.id)
        let addresses = try await NeverConnectedStore.addresses(of: absent.map(\.id), context, tenancy)
        let recipients = absent.compactMap { person -> Recipient? in
            guard let visitor = known[person.id], let to = addresses[person.id].flatMap({ MailAddress($0) }) else {
                return nil
            }
            return Recipient(visitor: visitor, name: person.name, to: to)
        }
        return (recipients, absent.count - recipients.count)
    }

    private func send(
        _ all: [Recipient], _ establishment: Establishment, _ paper: Letter.Paper, _ run: JobRun
    ) async throws {
        let mails = try await writeDown(all, establishment, run)
        guard !mails.isEmpty else { return }
        let now = WallClock.microseconds / 1_000_000
        let outcomes = try await sender.send(
            mails.map { $0.mail.mail(paper, from: sender.server.from, at: now) })
        var refused = zip(mails, outcomes).filter { if case .refused = $1 { true } else { false } }.map(\.0.account)
        let sent = zip(mails, outcomes).filter { $1 == .sent }.map(\.0.account)
        var back = zip(mails, outcomes).filter { if case .notNow = $1 { true } else { false } }.map(\.0.account)
        // A server that takes none of many has something against us, not against them.
        let refusesAll = refused.count == mails.count && mails.count >= 3
        if refusesAll { (refused, back) = ([], refused) }
        var batch = PostgresBatch(NeverConnectedStore.setSent, run.id.rawValue, sent)
        batch.add(NeverConnectedStore.setRefused, run.id.rawValue, refused)
        batch.add(NeverConnectedStore.takeBack, run.id.rawValue, back)
        do throws(PostgresError) {
            _ = try await directory.run(batch, lane: .background)
        } catch { throw JobRun.translated(error) }
        if refusesAll, case .refused(let status)? = outcomes.first {
            throw JobError.permanent("the mail server refuses them all: \(status)")
        }
        if case .notNow(let code, let status)? = outcomes.last {
            throw JobError.temporary("the mail server does not take them now (\(code), \(status))")
        }
    }

    /// Codes and recipients in one transaction: only whom this campaign has not written to yet.
    private func writeDown(
        _ all: [Recipient], _ establishment: Establishment, _ run: JobRun
    ) async throws(JobError) -> [(account: UUID, mail: AccessMail)] {
        do {
            return try await directory.transaction(lane: .background) { transaction in
                var batch = PostgresBatch(JobStore.hold, run.id.rawValue, run.lease)
                batch.add(
                    NeverConnectedStore.putMailCampaign, run.id.rawValue, establishment.id, run.parameters.serialized,
                    run.job.actor.name)
                batch.add(NeverConnectedStore.claimRecipients, run.id.rawValue, all.map(\.visitor.account.rawValue))
                var claimed: Set<UUID> = []
                for row in try await transaction.run(batch)[2] { claimed.insert(try row.uuid(0)) }
                let mails = all.filter { claimed.contains($0.visitor.account.rawValue) }.map { recipient in
                    (
                        account: recipient.visitor.account.rawValue,
                        mail: AccessMail(
                            name: recipient.name, login: recipient.visitor.login, code: .new(), to: recipient.to,
                            number: .v7())
                    )
                }
                let codes = zip(mails, mails.map { AccountID(rawValue: $0.account) })
                _ = try await transaction.run(
                    PostgresBatch(
                        AccountActStore.putCodes, "activation", run.job.actor.name, MailJob.daysValid * 86_400,
                        mails.map(\.account), mails.map(\.mail.number),
                        codes.map { keyring.codeHashes($0.mail.code, of: $1)[0] }))
                return mails
            }
        } catch let error as PostgresError {
            throw JobRun.translated(error)
        } catch {
            throw .temporary("the recipients could not be written down")
        }
    }
}
