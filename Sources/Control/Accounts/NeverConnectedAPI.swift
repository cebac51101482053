internal import HTTP
internal import Runtime
internal import Tenancy
package import Web

/// Who has never connected, or not for a while: by territory, establishment, profile and class.
package struct NeverConnectedAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [counts, classes, campaigns] }

    /// Microseconds since 1970 of `days` ago.
    static func since(_ call: Call) -> Int64 {
        call.now - Int64(call.query.integer("days") ?? 15) * 86_400_000_000
    }

    private static let days = Parameter.integer(
        "days", 1...400, "Out of sight: no visit for so many days; 15 when absent.")

    private var counts: Route {
        .api(
            .get, "/api/v1/never-connected", access: AdminAPI.administrators, tag: "Never connected",
            summary: "How many have never signed in, and how many not for a while, by establishment and profile.",
            query: [.slug("territory", "Only this territory's establishments."), NeverConnectedAPI.days]
                + Parameter.paging,
            answers: [
                .json(
                    .object([
                        .required(
                            "items",
                            .array(
                                of: .object([
                                    .required("establishment", .uai), .required("name", .text()),
                                    .required("role", .text()), .required("all", .integer()),
                                    .required("never", .integer()),
                                    .required("unseen", .integer(), "No visit for so many days."),
                                ]), 0...2000)),
                        .required("next", .nullable(.text(format: .byte))),
                    ]), "A page of establishments, each with its profiles.")
            ]
        ) { call in
            let charge = service.charge(call)
            let (wanted, after) = (call.query.text("territory"), call.query.text("cursor") ?? "")
            let map = service.tenancy.map
            let page = Array(
                map.inOrder.lazy.filter { establishment in
                    establishment.uai.rawValue > after && (wanted == nil || establishment.territory.rawValue == wanted)
                        && charge.covers(establishment, .accounts)
                }.prefix(call.listLimit + 1))
            let shown = page.prefix(call.listLimit)
            let counts = try await service.neverConnected.counts(
                of: shown.map(\.id), unseenSince: NeverConnectedAPI.since(call))
            return .json { writer in
                writer.object { writer in
                    writer.array("items", counts) { writer, count in
                        writer.object { writer in
                            writer.field("establishment", map[count.establishment]?.uai.rawValue ?? "")
                            writer.field("name", map[count.establishment]?.name ?? "")
                            writer.field("role", count.role)
                            writer.field("all", count.all)
                            writer.field("never", count.never)
                            writer.field("unseen", count.unseen)
                        }
                    }
                    writer.field("next", page.count > call.listLimit ? shown.last?.uai.rawValue : nil)
                }
            }
        }
    }

    private var classes: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/never-connected", access: AdminAPI.administrators,
            tag: "Never connected",
            summary: "By class: pupils and guardians who have never signed in, and pupils of whom no guardian has.",
            parameters: [.uai("establishment", "Its UAI.")],
            query: [
                .text("class", "Only this class, by its name.", maxLength: 60),
                .flag("unseen", "Those without a visit for so many days, in place of those who never came."),
                NeverConnectedAPI.days,
            ],
            answers: [.json(.object([.required("classes", .array(of: ClassAbsentees.schema))]), "By class.")],
            errors: [.noRight]
        ) { call in
            let establishment = try service.establishment(call, for: .accounts)
            let since = call.query.flag("unseen") ? NeverConnectedAPI.since(call) : nil
            let absentees = try await service.absentees(
                of: establishment, only: call.query.text("class"), since: since)
            return .json { writer in writer.object { $0.field("classes", absentees) } }
        }
    }

    private var campaigns: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/campaigns", access: AdminAPI.administrators,
            tag: "Never connected",
            summary: "Letters that were printed and mails that were sent, and how many have signed in since.",
            parameters: [.uai("establishment", "Its UAI.")],
            answers: [
                .json(
                    .object([
                        .required(
                            "campaigns",
                            .array(
                                of: .object([
                                    .required("id", .uuid), .required("created_at", .dateTime),
                                    .required("means", .enumeration(["letter", "mail"])),
                                    .required("recipients", .integer()),
                                    .required("never_before", .integer(), "Had never signed in at that time."),
                                    .required("since_then", .integer(), "Of these, have signed in since."),
                                    .required("refused", .integer(), "By the mail server, for good."),
                                    .required("unsure", .integer(), "Nobody knows whether the mail went."),
                                ])))
                    ]), "The last fifty, newest first.")
            ], errors: [.noRight]
        ) { call in
            let establishment = try service.establishment(call, for: .accounts)
            let campaigns = try await service.neverConnected.campaigns(of: establishment.id, limit: 50)
            return .json { writer in
                writer.object { writer in
                    writer.array("campaigns", campaigns) { writer, campaign in
                        writer.object { writer in
                            writer.field("id", campaign.id)
                            writer.field("created_at", Timestamp.iso8601(microseconds: campaign.createdAt))
                            writer.field("means", campaign.means)
                            writer.field("recipients", campaign.recipients)
                            writer.field("never_before", campaign.neverBefore)
                            writer.field("since_then", campaign.sinceThen)
                            writer.field("refused", campaign.refused)
                            writer.field("unsure", campaign.unsure)
                        }
                    }
                }
            }
        }
    }
}

extension AdminService {
    /// Class after class: a school has some thirty, of some thirty.
    func absentees(
        of establishment: Establishment, only name: String?, since: Int64?
    ) async throws -> [ClassAbsentees] {
        let context = try tenancy.administrativeContext(for: establishment.id)
        var found: [ClassAbsentees] = []
        for group in try await NeverConnectedStore.classes(context, tenancy) where name == nil || group.name == name {
            found.append(try await ClassAbsentees.of(group, establishment, since: since, self))
        }
        return found
    }
}
