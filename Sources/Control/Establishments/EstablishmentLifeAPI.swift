internal import HTTP
internal import Postgres
internal import Runtime
internal import Tenancy
package import Web

/// The life of an establishment: opened, changed, suspended, closed. In force on every node within two seconds.
package struct EstablishmentLifeAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] {
        [provision, change, changeUAI, merge] + EstablishmentAct.allCases.map(act)
    }

    private static let uai = [Parameter.uai("establishment", "Its UAI, or one that it had before.")]

    // MARK: Opening

    private struct Opening: Decodable {
        let territory: String
        let establishments: [ProvisionRequest]
    }

    private var provision: Route {
        .api(
            .post, "/api/v1/establishments", access: AdminAPI.ofTerritories, tag: "Establishments",
            summary: "Opens establishments: a job that survives a crash at any step.",
            description:
                "Those that exist already are left as they are. The job's result tells which were opened; while it lasts, the same list again is the same job. An administrator whose login nobody has gets an account; one that is there takes the right to delegate.",
            body: .json(
                .object([
                    .required("territory", .text(2...63, format: .slug)),
                    .required("establishments", .array(of: ProvisionRequest.schema, 1...Provisioning.most)),
                ]), limit: 1 << 20),
            answers: [
                .json(.object([.required("job", .uuid, "See /api/v1/jobs/{job}.")]), "Begun.", status: 202)
            ], errors: [.noRight, .invalidUAI, .uaiTaken]
        ) { call in
            let body = try await call.jsonBody(as: Opening.self)
            guard let territory = TerritoryID(rawValue: body.territory) else { throw Problem(.notFound) }
            try service.charge(call).require(.establishments, in: territory)
            let id = try await service.provision(body.establishments, in: territory, call)
            return .json(status: .accepted) { writer in writer.object { $0.field("job", id.rawValue) } }
        }
    }

    // MARK: Changing

    private struct Change: Decodable {
        let name: String?
        let city: String?
        let zone: String?
        let modulesOff: [String]?
        /// Absent leaves as it is; null takes away.
        let saysTheme: Bool
        let theme: ThemeBody?
        let hosts: [String]?

        private enum CodingKeys: String, CodingKey {
            case name, city, zone, theme, hosts
            case modulesOff = "modules_off"
        }

        init(from decoder: any Decoder) throws {
            let body = try decoder.container(keyedBy: CodingKeys.self)
            name = try body.decodeIfPresent(String.self, forKey: .name)
            city = try body.decodeIfPresent(String.self, forKey: .city)
            zone = try body.decodeIfPresent(String.self, forKey: .zone)
            modulesOff = try body.decodeIfPresent([String].self, forKey: .modulesOff)
            saysTheme = body.contains(.theme)
            theme = try body.decodeIfPresent(ThemeBody.self, forKey: .theme)
            hosts = try body.decodeIfPresent([String].self, forKey: .hosts)
        }

        /// - Throws: `invalidBody`.
        var look: LookChange {
            get throws {
                let own = try theme.map { EstablishmentLook.Colours.own(try $0.theme) }
                return LookChange(colours: own ?? (saysTheme ? .territory : nil), hosts: try hosts.map(ThemeBody.hosts))
            }
        }
    }

    private var change: Route {
        .api(
            .patch, "/api/v1/establishments/{establishment}", access: AdminAPI.administrators, tag: "Establishments",
            summary:
                "Changes its name, its town, its calendar zone, its colours, its host names, or which services are switched off.",
            parameters: EstablishmentLifeAPI.uai,
            body: .json(
                .object([
                    .optional("name", .nullable(.text(1...200))), .optional("city", .nullable(.text(0...100))),
                    .optional("zone", .nullable(.text(1...40)), "One of its territory's."),
                    .optional(
                        "modules_off", .nullable(.array(of: .text(1...40), 0...60)),
                        "By the word of their address: timetable, homework. Off in pages, API and navigation."),
                    .optional(
                        "theme", .nullable(ThemeBody.schema),
                        "Colours of its own, legible where they stand. Null: its territory's."),
                    .optional(
                        "hosts", .array(of: .text(1...253), 0...EstablishmentLook.mostHosts),
                        "Host names of its own, all of them; nobody else has one of these."),
                ])),
            answers: [.json(EstablishmentAnswer.schema, "As it is now.")],
            errors: [.noRight, .unknownReference, .hostTaken]
        ) { call in
            let establishment = try service.establishment(call, for: .establishments)
            let body = try await call.jsonBody(as: Change.self)
            try await service.change(
                establishment, name: body.name, city: body.city, zone: body.zone, modulesOff: body.modulesOff,
                look: try body.look, call)
            return .json(try service.answer(establishment.id))
        }
    }

    private struct NewUAI: Decodable { let uai: String }

    private var changeUAI: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/uai", access: AdminAPI.administrators, tag: "Establishments",
            summary: "Gives it another UAI; nobody else can have the former one.", parameters: EstablishmentLifeAPI.uai,
            body: .json(.object([.required("uai", .uai)])),
            answers: [.json(EstablishmentAnswer.schema, "As it is now.")], errors: [.noRight, .invalidUAI, .uaiTaken]
        ) { call in
            let establishment = try service.establishment(call, for: .establishments)
            let body = try await call.jsonBody(as: NewUAI.self)
            guard let uai = UAI(rawValue: body.uai), uai.hasValidLetter else { throw Problem(.invalidUAI) }
            try await service.changeUAI(of: establishment, to: uai, call)
            return .json(try service.answer(establishment.id))
        }
    }

    // MARK: Two into one

    private struct Other: Decodable { let into: String }

    private var merge: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/merge", access: AdminAPI.administrators,
            tag: "Establishments",
            summary: "Closes it into another one: a job that survives a crash at any step.",
            description:
                "Its people, classes and families come to the other one, its UAI leads there; what was written in it stays in it, closed. Whoever headed it comes as staff, its administrators' mandates end.",
            parameters: EstablishmentLifeAPI.uai,
            body: .json(.object([.required("into", .uai, "Of the establishment that stays.")])),
            answers: [
                .json(.object([.required("job", .uuid, "See /api/v1/jobs/{job}.")]), "Begun.", status: 202)
            ], errors: [.noRight, .wrongState]
        ) { call in
            let establishment = try service.establishment(call, for: .establishments)
            let body = try await call.jsonBody(as: Other.self)
            let kept = try service.establishment(code: body.into, call, for: .establishments)
            let id = try await service.merge(establishment, into: kept, call)
            return .json(status: .accepted) { writer in writer.object { $0.field("job", id.rawValue) } }
        }
    }

    // MARK: Suspending, reopening, closing

    private func act(_ act: EstablishmentAct) -> Route {
        .api(
            .post, act.pattern, access: AdminAPI.administrators, tag: "Establishments", summary: act.summary,
            parameters: EstablishmentLifeAPI.uai,
            answers: [
                .json(
                    .object([.required("uai", .uai), .required("state", .enumeration(Establishment.State.self))]),
                    "As it is now.")
            ], errors: [.noRight, .wrongState]
        ) { call in
            guard let uai = UAI(rawValue: try call.path.text("establishment")),
                let row = try await EstablishmentStore.find(uai, in: service.directory)
            else { throw Problem(.notFound) }
            let state = try await service.act(act, on: row, call)
            return .json { writer in
                writer.object { writer in
                    writer.field("uai", row.uai.rawValue)
                    writer.field("state", state.rawValue)
                }
            }
        }
    }
}

/// What changes an establishment's state.
enum EstablishmentAct: String, Sendable, CaseIterable {
    case suspend
    case reopen
    case close

    var target: Establishment.State {
        switch self {
        case .suspend: .suspended
        case .reopen: .active
        case .close: .closed
        }
    }

    /// From where it may start.
    var sources: [Establishment.State] {
        switch self {
        case .suspend: [.active]
        case .reopen: [.suspended, .closed]
        case .close: [.active, .suspended]
        }
    }

    var pattern: String { "/api/v1/establishments/{establishment}/\(rawValue)" }

    var summary: String {
        switch self {
        case .suspend: "Shuts it for a while: its people are told so; nothing is lost."
        case .reopen: "Opens one that was suspended or closed again."
        case .close: "Closes it: as if it were not there, its rows stay."
        }
    }
}
