internal import HTTP
internal import Postgres
internal import Tenancy
package import Web

/// Letters and mail with activation codes.
package struct LetterAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [print, write] }

    private struct Body: Decodable {
        let roles: [String]?
        let audience: String?
        let group: String?
        let language: String?

        private enum CodingKeys: String, CodingKey {
            case roles, audience, language
            case group = "class"
        }
    }

    private static let roles = Schema.nullable(
        .array(of: .enumeration(["pupil", "guardian", "teacher", "school_life", "head", "staff"]), 1...6))

    private var write: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/mails", access: AdminAPI.administrators, tag: "Letters",
            summary: "Writes by mail, with activation codes, to those who have never signed in: a job.",
            description:
                "Only to people with a mail address, and to each of them once. The code takes the place of one in an earlier letter.",
            parameters: [.uai("establishment", "Its UAI.")],
            body: .json(
                .object([
                    .optional("roles", LetterAPI.roles, "Guardians when absent."),
                    .optional("class", .nullable(.text(1...60)), "Only this class."),
                    .optional("language", .nullable(.enumeration(["fr", "en"]))),
                ])),
            answers: [
                .json(
                    .object([.required("job", .uuid, "Its result: sent, refused, unsure, without_address.")]), "Begun.",
                    status: 202)
            ], errors: [.noRight, .noMail]
        ) { call in
            let establishment = try service.establishment(call, for: .accounts)
            let body = try await call.jsonBody(as: Body.self)
            let id = try await service.sendMails(
                to: establishment, roles: body.roles ?? ["guardian"], group: body.group,
                language: body.language ?? "fr", call)
            return .json(status: .accepted) { writer in writer.object { $0.field("job", id.rawValue) } }
        }
    }

    private var print: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/letters", access: AdminAPI.administrators, tag: "Letters",
            summary: "Prints letters with activation codes, a file a class, pupils and guardians apart: a job.",
            parameters: [.uai("establishment", "Its UAI.")],
            body: .json(
                .object([
                    .optional(
                        "roles", LetterAPI.roles, "Pupils and guardians when absent."),
                    .optional(
                        "audience", .nullable(.enumeration(LetterJob.Audience.self)),
                        "Those without a password when absent."),
                    .optional("class", .nullable(.text(1...60)), "Only this class."),
                    .optional("language", .nullable(.enumeration(["fr", "en"]))),
                ])),
            answers: [.json(.object([.required("job", .uuid, "Its files are the letters.")]), "Begun.", status: 202)],
            errors: [.noRight]
        ) { call in
            let establishment = try service.establishment(call, for: .accounts)
            let body = try await call.jsonBody(as: Body.self)
            let id = try await service.printLetters(
                of: establishment, roles: body.roles ?? ["pupil", "guardian"], audience: body.audience ?? "pending",
                group: body.group, language: body.language ?? "fr", call)
            return .json(status: .accepted) { writer in writer.object { $0.field("job", id.rawValue) } }
        }
    }
}

extension AdminService {
    func printLetters(
        of establishment: Establishment, roles: [String], audience: String, group: String?, language: String,
        _ call: Call
    ) async throws -> JobID {
        var parameters: [JSON.Member] = [
            JSON.Member("roles", .array(roles.map { .string($0) })), JSON.Member("audience", .string(audience)),
            JSON.Member("language", .string(language)),
        ]
        if let group { parameters.append(JSON.Member("class", .string(group))) }
        return try await enqueue(
            LetterJob.kind, "account.letters", "letters:\(establishment.id)", of: establishment, parameters, call)
    }

    /// - Throws: `noMail` where no mail server is configured.
    func sendMails(
        to establishment: Establishment, roles: [String], group: String?, language: String, _ call: Call
    ) async throws -> JobID {
        guard sendsMail else { throw Problem(.noMail) }
        var parameters: [JSON.Member] = [
            JSON.Member("roles", .array(roles.map { .string($0) })), JSON.Member("language", .string(language)),
        ]
        if let group { parameters.append(JSON.Member("class", .string(group))) }
        return try await enqueue(
            MailJob.kind, "account.mails", "mails:\(establishment.id)", of: establishment, parameters, call)
    }

    private func enqueue(
        _ kind: String, _ action: String, _ key: String, of establishment: Establishment, _ parameters: [JSON.Member],
        _ call: Call
    ) async throws -> JobID {
        let job = NewJob(
            kind, title: establishment.name, territory: establishment.territory, establishment: establishment.id,
            parameters: .object(parameters), uniqueKey: key, mostAttempts: 10)
        var batch = PostgresBatch()
        JobStore.add(job, by: actor(call), to: &batch)
        AuditStore.add(
            AuditEntry(
                action, by: actor(call), territory: establishment.territory, establishment: establishment.id,
                target: establishment.uai.rawValue, after: .object(parameters)), to: &batch)
        return JobID(rawValue: try await directory.run(batch)[0][0].uuid(0))
    }
}
