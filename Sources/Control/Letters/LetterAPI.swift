internal import HTTP
internal import Postgres
internal import Tenancy
package import Web

/// Letters with activation codes.
package struct LetterAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [print] }

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

    private var print: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/letters", access: AdminAPI.administrators, tag: "Letters",
            summary: "Prints letters with activation codes, a file a class, pupils and guardians apart: a job.",
            parameters: [.uai("establishment", "Its UAI.")],
            body: .json(
                .object([
                    .optional(
                        "roles",
                        .nullable(
                            .array(
                                of: .enumeration(["pupil", "guardian", "teacher", "school_life", "head", "staff"]),
                                1...6)),
                        "Pupils and guardians when absent."),
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
        let job = NewJob(
            LetterJob.kind, title: establishment.name, territory: establishment.territory,
            establishment: establishment.id, parameters: .object(parameters),
            uniqueKey: "letters:\(establishment.id)")
        var batch = PostgresBatch()
        JobStore.add(job, by: actor(call), to: &batch)
        AuditStore.add(
            AuditEntry(
                "account.letters", by: actor(call), territory: establishment.territory, establishment: establishment.id,
                target: establishment.uai.rawValue, after: .object(parameters)), to: &batch)
        return JobID(rawValue: try await directory.run(batch)[0][0].uuid(0))
    }
}
