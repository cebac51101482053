internal import Foundation

/// Accounts: finding, helping, locking; who has never connected.
enum AccountCommands: CommandSet {
    static let all: [Command] = [
        Command(
            words: ["accounts", "find"],
            usage:
                "[WORDS] [--establishment UAI] [--role R] [--in STATE] [--asked] [--never] [--unseen-since DAY] [--limit N]",
            summary: "Finds accounts by the beginnings of names and logins, or those of one establishment."
        ) { words, client in
            let limit = try words.number("--limit") ?? 50
            let asked = words.flag("--asked")
            let never = words.flag("--never")
            let unseen = try words.option("--unseen-since")
            let (establishment, role) = (try words.option("--establishment"), try words.option("--role"))
            let state = try words.option("--in")
            var search: [String] = []
            while words.first != nil { search.append(try words.word("what to search for")) }
            let items: [(String, String?)] = [
                ("limit", String(min(200, limit))), ("search", search.isEmpty ? nil : search.joined(separator: " ")),
                ("establishment", establishment), ("role", role), ("state", state),
                ("asked_for_code", asked ? "1" : nil), ("never_connected", never ? "1" : nil),
                ("unseen_since", unseen),
            ]
            let accounts = try await all(Account.self, at: "/api/v1/accounts" + query(items), most: limit, client)
            return Output(text: columns(accounts.map(line)), json: try encoder.encode(["accounts": accounts]))
        },
        Command(
            words: ["accounts", "activate"], usage: "LOGIN",
            summary: "Gives a code with which the person chooses a first password, within a day."
        ) { words, client in try await code(&words, client) },
        Command(
            words: ["accounts", "reset"], usage: "LOGIN",
            summary: "Gives a code with which the person chooses another password, within a day."
        ) { words, client in try await code(&words, client) },
        Command(words: ["accounts", "lock"], usage: "LOGIN", summary: "Locks an account; its sessions end at once.") {
            words, client in try await change("lock", &words, client)
        },
        Command(words: ["accounts", "unlock"], usage: "LOGIN", summary: "Opens a locked account again.") {
            words, client in try await change("unlock", &words, client)
        },
        Command(
            words: ["accounts", "duplicates"], usage: "UAI", summary: "Lists pairs of accounts that may be one person."
        ) { words, client in
            let uai = try words.word("the UAI")
            try words.end()
            let data = try await client.send("GET", "/api/v1/establishments/\(escaped(uai))/duplicates")
            let pairs = try decoder.decode(Pairs.self, from: data).pairs
            return Output(
                text: columns(
                    pairs.map {
                        [
                            String($0.score), $0.name, "\($0.firstLogin) (\($0.firstRoles.joined(separator: ",")))",
                            "\($0.secondLogin) (\($0.secondRoles.joined(separator: ",")))",
                        ]
                    }), json: data)
        },
        Command(
            words: ["accounts", "merge"], usage: "LOGIN-TO-MERGE --into LOGIN",
            summary: "Makes two accounts of one person one; accounts unmerge undoes it."
        ) { words, client in
            let into = try words.required("--into")
            let login = try words.word("the login to merge")
            try words.end()
            let kept = try await find(into, client)
            let merged = try await find(login, client)
            let data = try await client.send(
                "POST", "/api/v1/accounts/merge", body: encoder.encode(["keep": kept.id, "merge": merged.id]))
            return Output(
                text: "\(login) is \(into) now; undo it with: accounts unmerge \(merged.id)", json: data)
        },
        Command(
            words: ["accounts", "distinct"], usage: "LOGIN LOGIN",
            summary: "Says that two accounts are two people: duplicates lists the pair no more."
        ) { words, client in
            let (one, other) = (try words.word("one login"), try words.word("the other login"))
            try words.end()
            let (first, second) = (try await find(one, client), try await find(other, client))
            _ = try await client.send(
                "POST", "/api/v1/accounts/distinct", body: encoder.encode(["keep": first.id, "merge": second.id]))
            return Output(
                text: "\(one) and \(other) are two people",
                json: try encoder.encode(["distinct": [first.id, second.id]]))
        },
        Command(
            words: ["accounts", "unmerge"], usage: "ACCOUNT-NUMBER",
            summary: "Makes a merged account one of its own again."
        ) { words, client in
            let id = try words.word("the number of the account that was merged")
            try words.end()
            let data = try await client.send("POST", "/api/v1/accounts/\(escaped(id))/unmerge")
            return Output(
                text: "\(try decoder.decode(Account.self, from: data).login) is an account of its own", json: data)
        },
        Command(
            words: ["accounts", "never-connected"],
            usage: "[--territory T | --establishment UAI [--class NAME]] [--unseen] [--days N]",
            summary: "Counts who has never signed in; with an establishment, lists them by class."
        ) { words, client in try await neverConnected(&words, client) },
    ]

    private struct Account: Codable {
        struct Role: Codable {
            let establishment: String?
            let role: String
        }

        let id: String
        let login: String
        let givenName: String
        let familyName: String
        let state: String
        let lastVisit: String?
        let roles: [Role]
    }

    private struct Issued: Decodable {
        let login: String
        let code: String
        let seconds: Int
    }

    private struct Pairs: Decodable {
        struct Pair: Decodable {
            let firstLogin: String
            let secondLogin: String
            let name: String
            let firstRoles: [String]
            let secondRoles: [String]
            let score: Int
        }

        let pairs: [Pair]
    }

    private struct Count: Codable {
        let establishment: String
        let name: String
        let role: String
        let all: Int
        let never: Int
        let unseen: Int
    }

    private struct Classes: Decodable {
        struct Line: Decodable {
            let name: String
            let login: String?
        }

        struct Class: Decodable {
            let `class`: String
            let pupils: [Line]
            let guardians: [Line]
            let neitherGuardian: [String]
        }

        let classes: [Class]
    }

    private static func line(_ account: Account) -> [String] {
        [
            account.id, account.login, account.state, account.lastVisit ?? "never",
            account.roles.map { "\($0.role)@\($0.establishment ?? "?")" }.joined(separator: " "),
            "\(account.givenName) \(account.familyName)",
        ]
    }

    /// The account with exactly this login.
    private static func find(_ login: String, _ client: AdminClient) async throws -> Account {
        let found = try decoder.decode(
            Page<Account>.self,
            from: try await client.send("GET", "/api/v1/accounts" + query([("login", login)])))
        guard let account = found.items.first else {
            throw OperatorError.refused(
                status: 404, code: "preau.web.not_found", detail: "no account has the login \(login)")
        }
        return account
    }

    private static func code(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        let login = try words.word("the login")
        try words.end()
        let account = try await find(login, client)
        let data = try await client.send("POST", "/api/v1/accounts/\(escaped(account.id))/code")
        let issued = try decoder.decode(Issued.self, from: data)
        return Output(
            text: "\(issued.login): \(issued.code), for \(issued.seconds / 3600) hours, at /activate", json: data)
    }

    private static func change(_ verb: String, _ words: inout Words, _ client: AdminClient) async throws -> Output {
        let login = try words.word("the login")
        try words.end()
        let account = try await find(login, client)
        let data = try await client.send("POST", "/api/v1/accounts/\(escaped(account.id))/\(verb)")
        let changed = try decoder.decode(Account.self, from: data)
        return Output(text: "\(changed.login) is \(changed.state)", json: data)
    }

    private static func neverConnected(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        let isUnseen = words.flag("--unseen")
        let days = try words.number("--days").map(String.init)
        if let uai = try words.option("--establishment") {
            let name = try words.option("--class")
            try words.end()
            let items: [(String, String?)] = [("class", name), ("unseen", isUnseen ? "1" : nil), ("days", days)]
            let data = try await client.send(
                "GET", "/api/v1/establishments/\(escaped(uai))/never-connected" + query(items))
            let classes = try decoder.decode(Classes.self, from: data).classes
            let lines = classes.flatMap { group in
                group.pupils.map { [group.class, "pupil", $0.name, $0.login ?? "no account"] }
                    + group.guardians.map { [group.class, "guardian", $0.name, $0.login ?? "no account"] }
                    + group.neitherGuardian.map { [group.class, "neither guardian", $0, ""] }
            }
            return Output(text: columns(lines), json: data)
        }
        let territory = try words.option("--territory")
        try words.end()
        let counts = try await all(
            Count.self,
            at: "/api/v1/never-connected" + query([("limit", "100"), ("territory", territory), ("days", days)]),
            client)
        return Output(
            text: columns(
                counts.map {
                    [$0.establishment, $0.role, "\($0.never) of \($0.all) never", "\($0.unseen) unseen", $0.name]
                }), json: try encoder.encode(["establishments": counts]))
    }
}
