internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// Codes for pupils, for any front.
struct PupilCodeAPI: Sendable {
    private let service: PupilCodeService

    init(_ service: PupilCodeService) { self.service = service }

    var routes: [Route] { [groups, roll, issue] }

    static let givers = Access.roles("teacher", "school_life", "head")
    static let establishment = Parameter.uai("establishment", "The establishment's UAI.")
    static let group = Parameter.uuid("group", "The class or group.")
    private static let path = "/api/v1/establishments/{establishment}/pupil-codes"

    private var groups: Route {
        .api(
            .get, PupilCodeAPI.path, access: PupilCodeAPI.givers, tag: "Pupils' codes",
            summary: "The classes and groups whose pupils the caller may give codes to.",
            description: "A teacher's own; all of the school's for school life and the head.",
            parameters: [PupilCodeAPI.establishment],
            answers: [
                .json(
                    .object([
                        .required(
                            "groups",
                            .array(
                                of: .object([
                                    .required("id", .uuid), .required("name", .text()),
                                    .required("kind", .enumeration(["class", "group"])),
                                ]))),
                        .required("many", .boolean, "Whether the caller may give a whole class its codes at once."),
                    ]), "The groups.")
            ]
        ) { call in
            let giver = try service.giver(call)
            let groups = try await service.groups(giver)
            return .json { writer in
                writer.object { writer in
                    writer.array("groups", groups) { writer, group in
                        writer.object { writer in
                            writer.field("id", group.id.rawValue)
                            writer.field("name", group.name)
                            writer.field("kind", group.isClass ? "class" : "group")
                        }
                    }
                    writer.field("many", giver.mayGiveMany)
                }
            }
        }
    }

    private var roll: Route {
        .api(
            .get, PupilCodeAPI.path + "/{group}", access: PupilCodeAPI.givers, tag: "Pupils' codes",
            summary: "The pupils of a group, with their logins.",
            parameters: [PupilCodeAPI.establishment, PupilCodeAPI.group],
            answers: [
                .json(
                    .object([
                        .required(
                            "pupils",
                            .array(
                                of: .object([
                                    .required("pupil", .uuid), .required("name", .text()),
                                    .required("login", .nullable(.text()), "Null: no open account."),
                                    .required("pending", .boolean, "Waits for its first password."),
                                    .required("asked", .boolean, "Has said that the password is lost."),
                                ])))
                    ]), "The pupils.")
            ]
        ) { call in
            let giver = try service.giver(call)
            let roll = try await service.roll(giver, GroupID(rawValue: try call.path.uuid("group")))
            return .json { writer in
                writer.object { writer in
                    writer.array("pupils", roll.pupils) { writer, pupil in
                        writer.object { writer in
                            writer.field("pupil", pupil.person.rawValue)
                            writer.field("name", pupil.name)
                            writer.field("login", pupil.account == nil ? nil : pupil.login)
                            writer.field("pending", pupil.isPending)
                            writer.field("asked", pupil.hasAsked)
                        }
                    }
                }
            }
        }
    }

    private struct Body: Decodable {
        let pupils: [String]
    }

    private var issue: Route {
        .api(
            .post, PupilCodeAPI.path + "/{group}", access: PupilCodeAPI.givers, tag: "Pupils' codes",
            summary: "Gives pupils of a group new codes, told this once.",
            description:
                "One pupil: an hour. Several, by the head alone: a day. Asked again, it gives other codes, and those before count for nothing: so no Idempotency-Key, with which an answer full of codes would be kept.",
            parameters: [PupilCodeAPI.establishment, PupilCodeAPI.group],
            body: .json(.object([.required("pupils", .array(of: .uuid, 1...PupilCodeService.most))])),
            answers: [
                .json(
                    .object([
                        .required(
                            "codes",
                            .array(
                                of: .object([
                                    .required("pupil", .uuid), .required("name", .text()), .required("login", .text()),
                                    .required("code", .text()),
                                ]))),
                        .required("refused", .array(of: .uuid), "Pupils who got none."),
                        .required("seconds", .integer(), "How long the codes last."),
                    ]), "The codes.", status: 201)
            ], errors: [.onePupilAtATime, .tooManyCodes]
        ) { call in
            let giver = try service.giver(call)
            let body = try await call.jsonBody(as: Body.self)
            let people = body.pupils.compactMap { UUID($0) }.map { PersonID(rawValue: $0) }
            let outcome = try await service.issue(
                to: Set(people), of: GroupID(rawValue: try call.path.uuid("group")), giver, call)
            var response = Response.json(status: .created) { writer in
                writer.object { writer in
                    writer.array("codes", outcome.codes) { writer, issued in
                        writer.object { writer in
                            writer.field("pupil", issued.person.rawValue)
                            writer.field("name", issued.name)
                            writer.field("login", issued.login)
                            writer.field("code", issued.code.description)
                        }
                    }
                    writer.array("refused", outcome.refused.map(\.person.rawValue))
                    writer.field("seconds", outcome.seconds)
                }
            }
            response.headers.set("Cache-Control", "no-store")
            return response
        }
    }
}
