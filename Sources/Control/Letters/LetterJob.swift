package import Identity
package import Postgres
package import Runtime
package import Tenancy
internal import Web

/// Prints letters with activation codes, class by class: pupils apart, each guardian their own.
///
/// A class's codes, its sealed file, the campaign's recipients and the checkpoint are one transaction: killed in between, the
/// class is printed anew and no code of a file that nobody has is left.
package struct LetterJob: Sendable {
    private let directory: PostgresPool
    private let tenancy: Tenancy
    private let keyring: Keyring
    private let front: String
    private let visitors: NeverConnectedStore
    private let threads: BlockingPool

    package static let kind = JobSubject.letters.rawValue
    /// How long the files can be fetched, in hours, and how long the codes last, in days.
    private static let hoursKept = 48
    private static let daysValid = 120

    /// - Parameters:
    ///   - front: the origin that people use, where neither the school nor its territory has a host name.
    ///   - threads: where letters are set.
    package init(
        directory: PostgresPool, tenancy: Tenancy, keyring: Keyring, front: String, threads: BlockingPool
    ) {
        self.directory = directory
        self.tenancy = tenancy
        self.keyring = keyring
        self.front = front
        self.threads = threads
        visitors = NeverConnectedStore(directory)
    }

    package var job: JobKind { JobKind(.letters) { run in try await self.run(run) } }

    /// Who gets one.
    enum Audience: String, Sendable, CaseIterable {
        /// Who has not chosen a password yet.
        case pending
        /// Who has never signed in.
        case neverConnected = "never_connected"
        /// Everybody: what they have now stays good until they use the code.
        case everybody
    }

    private func run(_ run: JobRun) async throws -> JSON {
        guard let id = run.job.establishment, let establishment = tenancy.map[id],
            let audience = run.parameters["audience"]?.text.flatMap(Audience.init(rawValue:))
        else { throw JobError.permanent("the job's parameters cannot be read") }
        let roles = Set(run.parameters["roles"]?.elements?.compactMap(\.text) ?? ["pupil", "guardian"])
        let only = run.parameters["class"]?.text
        let paper = Letter.paper(
            of: establishment, run.parameters["language"]?.text, days: LetterJob.daysValid, front, tenancy)
        let batches = try await LetterRounds.all(of: establishment, roles, only, tenancy)
        var done = run.checkpoint["done"]?.integer ?? 0
        var letters = run.checkpoint["letters"]?.integer ?? 0
        // A guardian of two pupils in two classes gets one letter.
        var served = Set(run.checkpoint["guardians"]?.elements?.compactMap(\.text) ?? [])
        while done < batches.count {
            let batch = batches[done]
            let people = batch.people.filter { served.insert($0.id.description).inserted }
            letters += try await print(
                people, of: batch, establishment, paper, audience, run,
                checkpoint: { count in
                    [
                        "done": .integer(done + 1), "letters": .integer(letters + count),
                        "guardians": .array(served.map { .string($0) }),
                    ]
                }, done: done + 1, total: batches.count)
            done += 1
        }
        return ["letters": .integer(letters)]
    }

    private func print(
        _ people: [NeverConnectedStore.Person], of batch: LetterRound, _ establishment: Establishment,
        _ paper: Letter.Paper,
        _ audience: Audience, _ run: JobRun, checkpoint: (Int) -> JSON, done: Int, total: Int
    ) async throws -> Int {
        let known = try await visitors.visitors(people.map(\.id), of: establishment.id)
        let chosen = people.compactMap { person in known[person.id].map { (person, $0) } }.filter { _, visitor in
            // Whoever administers gets no code by post.
            guard !visitor.isPrivileged, visitor.state == "pending" || visitor.state == "active" else { return false }
            switch audience {
            case .pending: return visitor.state == "pending"
            case .neverConnected: return !visitor.hasVisited
            case .everybody: return true
            }
        }
        let letters = chosen.map { person, visitor in
            (
                visitor,
                Letter(
                    name: person.name, login: visitor.login, code: .new(), number: UUID.v7().description,
                    group: batch.group)
            )
        }
        var statements = PostgresBatch()
        let state = checkpoint(letters.count)
        let file = batch.file + ".pdf"
        run.add(state, step: file, done: done, total: total, to: &statements)
        if !letters.isEmpty {
            let title = "\(paper.school) – \(file)"
            let pages = letters.map(\.1)
            let document = try await threads.run { try Letter.document(pages, paper, title: title) }
            let sealed = try keyring.sealFile(document, context: run.id.description + "/" + file)
            statements.add(
                AccountActStore.putCodes, "activation", run.job.actor.name, LetterJob.daysValid * 86_400,
                letters.map(\.0.account.rawValue), letters.compactMap { UUID($0.1.number) },
                letters.map { keyring.codeHashes($0.1.code, of: $0.0.account)[0] })
            statements.add(
                JobStore.putFile, run.id.rawValue, file, "application/pdf", sealed, true, LetterJob.hoursKept)
            statements.add(
                NeverConnectedStore.putCampaign, run.id.rawValue, establishment.id, run.parameters.serialized,
                run.job.actor.name)
            statements.add(
                NeverConnectedStore.putRecipients, run.id.rawValue, letters.map(\.0.account.rawValue),
                letters.map(\.0.hasVisited))
        }
        do throws(PostgresError) {
            _ = try await directory.run(statements, lane: .background)
        } catch { throw JobRun.translated(error) }
        run.saved(state)
        return letters.count
    }
}
