internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Accounts, for those who have them in their charge.
package struct AccountAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] {
        [search, show, code, lock, unlock, duplicates, merge, unmerge, distinct]
    }

    private static let id = [Parameter.uuid("account", "The account's number.")]
    private static let roles = ["pupil", "guardian", "teacher", "school_life", "head", "staff"]

    private var search: Route {
        .api(
            .get, "/api/v1/accounts", access: AdminAPI.administrators, tag: "Accounts",
            summary:
                "Finds accounts in the caller's charge, by the beginnings of names and logins, or in one establishment.",
            description:
                "With an establishment, the list goes on with its cursor. Without, the first matches come, in the order of their names: type more to find less.",
            query: [
                .text("search", "Beginnings of a family name, a given name or a login.", maxLength: 100),
                .text("login", "Only the account with exactly this login.", maxLength: Login.longest),
                .uai("establishment", "Only its people."),
                .enumeration("role", AccountAPI.roles, "Only those with this role."),
                .enumeration("state", ["pending", "active", "locked", "closed"], "Only those in this state."),
                .flag("never_connected", "Only those who have never signed in."),
                .date("unseen_since", "Only those without a visit since that day."),
                .flag("asked_for_code", "Only those who have said that their password is lost."),
            ] + Parameter.paging,
            answers: [.json(ListPage<AccountAnswer>.schema, "A page of accounts.")],
            errors: [.tooWide, .notFound, .noRight]
        ) { call in
            if let login = call.query.text("login") {
                let found = try await service.account(login: login, call)
                let answers = [found].compactMap { $0 }.map { AccountAnswer(account: $0, map: service.tenancy.map) }
                return .json(ListPage(answers, limit: 1) { _ in "" })
            }
            let query = try service.accountQuery(call)
            let after = try call.query.text("cursor").map { text in
                let parts = try service.cursors.values(of: text, list: "accounts", count: 3)
                guard let id = UUID(parts[2]) else { throw Problem(.invalidCursor) }
                return AccountSearchStore.Place(family: parts[0], given: parts[1], id: AccountID(rawValue: id))
            }
            let limit = call.listLimit
            let found = try await service.accountSearch.search(query, after: after, limit: limit + 1)
            let map = service.tenancy.map
            let places = Dictionary(found.map { ($0.account.id, $0.place) }, uniquingKeysWith: { $1 })
            let page = ListPage(found.map { AccountAnswer(account: $0.account, map: map) }, limit: limit) { answer in
                guard let place = places[answer.account.id], query.isPaged else { return "" }
                return service.cursors.cursor(
                    [place.family, place.given, place.id.description], list: "accounts")
            }
            return .json { writer in
                writer.object { writer in
                    writer.field("items", page.items)
                    writer.field("next", page.next.flatMap { $0.isEmpty ? nil : $0 })
                }
            }
        }
    }

    private var show: Route {
        .api(
            .get, "/api/v1/accounts/{account}", access: AdminAPI.administrators, tag: "Accounts",
            summary: "One account.",
            parameters: AccountAPI.id, answers: [.json(AccountAnswer.schema, "The account.")], errors: [.noRight]
        ) { call in
            .json(AccountAnswer(account: try await service.account(call), map: service.tenancy.map))
        }
    }

    private var code: Route {
        .api(
            .post, "/api/v1/accounts/{account}/code", access: AdminAPI.administrators, tag: "Accounts",
            summary:
                "Gives a code with which the person chooses a password within a day; told this once, it works once.",
            parameters: AccountAPI.id,
            answers: [
                .json(
                    .object([
                        .required("login", .text()), .required("code", .text()),
                        .required("seconds", .integer(), "How long it lasts."),
                    ]), "The code.", status: 201)
            ], errors: [.noRight, .accountAboveYours, .accountShut]
        ) { call in
            let issued = try await service.issueCode(for: try await service.accountToActOn(call), call)
            var response = Response.json(status: .created) { writer in
                writer.object { writer in
                    writer.field("login", issued.login)
                    writer.field("code", issued.code.description)
                    writer.field("seconds", AdminService.resetSeconds)
                }
            }
            response.headers.set("Cache-Control", "no-store")
            return response
        }
    }

    private var lock: Route {
        .api(
            .post, "/api/v1/accounts/{account}/lock", access: AdminAPI.administrators, tag: "Accounts",
            summary: "Locks an account, in all its establishments: its sessions end at once, nobody signs in with it.",
            parameters: AccountAPI.id, answers: [.json(AccountAnswer.schema, "The account.")],
            errors: [.noRight, .accountAboveYours, .accountShut]
        ) { call in
            try await service.lock(try await service.accountToActOn(call), call)
            return .json(AccountAnswer(account: try await service.account(call), map: service.tenancy.map))
        }
    }

    private var unlock: Route {
        .api(
            .post, "/api/v1/accounts/{account}/unlock", access: AdminAPI.administrators, tag: "Accounts",
            summary: "Opens a locked account again.", parameters: AccountAPI.id,
            answers: [.json(AccountAnswer.schema, "The account.")], errors: [.noRight, .accountAboveYours]
        ) { call in
            try await service.unlock(try await service.accountToActOn(call), call)
            return .json(AccountAnswer(account: try await service.account(call), map: service.tenancy.map))
        }
    }

    // MARK: One person, two accounts

    private var duplicates: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/duplicates", access: AdminAPI.administrators, tag: "Accounts",
            summary: "Pairs of accounts that may be one person, the likeliest first; nothing is merged by itself.",
            parameters: [.uai("establishment", "Its UAI.")],
            answers: [.json(.object([.required("pairs", .array(of: DuplicatePair.schema))]), "At most 200 pairs.")],
            errors: [.noRight]
        ) { call in
            let establishment = try service.establishment(call, for: .accounts)
            let pairs = try await DuplicatePair.find(in: establishment, service)
            return .json { writer in writer.object { $0.field("pairs", pairs) } }
        }
    }

    private struct Pair: Decodable {
        let keep: String
        let merge: String
    }

    private static let pair = Schema.object([.required("keep", .uuid), .required("merge", .uuid)])

    private func pair(_ call: Call) async throws -> (kept: FoundAccount, merged: FoundAccount) {
        let body = try await call.jsonBody(as: Pair.self)
        guard let keep = UUID(body.keep), let merge = UUID(body.merge) else { throw Problem(.invalidBody) }
        let kept = try await service.mayActOn(try await service.account(AccountID(rawValue: keep), call), call)
        return (kept, try await service.mayActOn(try await service.account(AccountID(rawValue: merge), call), call))
    }

    private var merge: Route {
        .api(
            .post, "/api/v1/accounts/merge", access: AdminAPI.administrators, tag: "Accounts",
            summary: "Makes two accounts of one person one; can be undone.", body: .json(AccountAPI.pair),
            answers: [.json(AccountAnswer.schema, "The account that is left.")],
            errors: [.noRight, .accountAboveYours, .notMergeable]
        ) { call in
            let (kept, merged) = try await pair(call)
            try await service.merge(merged, into: kept, call)
            let left = try await service.account(kept.id, call)
            return .json(AccountAnswer(account: left, map: service.tenancy.map))
        }
    }

    private var unmerge: Route {
        .api(
            .post, "/api/v1/accounts/{account}/unmerge", access: AdminAPI.administrators, tag: "Accounts",
            summary: "Makes an account that was merged one of its own again.", parameters: AccountAPI.id,
            answers: [.json(AccountAnswer.schema, "The account.")],
            errors: [.noRight, .accountAboveYours, .notMergeable]
        ) { call in
            let id = AccountID(rawValue: try call.path.uuid("account"))
            try await service.unmerge(id, call)
            return .json(AccountAnswer(account: try await service.account(id, call), map: service.tenancy.map))
        }
    }

    private var distinct: Route {
        .api(
            .post, "/api/v1/accounts/distinct", access: AdminAPI.administrators, tag: "Accounts",
            summary: "Says that two accounts are two people: the pair is not shown again.",
            body: .json(AccountAPI.pair),
            answers: [.empty("Kept.")], errors: [.noRight, .accountAboveYours]
        ) { call in
            let (kept, merged) = try await pair(call)
            try await service.setDistinct(kept, merged, call)
            return .status(.noContent)
        }
    }
}

extension AccountSearchStore.Query {
    /// Lists of an establishment go on with a cursor; a search shows its first matches.
    var isPaged: Bool {
        if establishment != nil || words.isEmpty { return true }
        if case .only(let territories, _) = scope { return territories.isEmpty }
        return false
    }
}
