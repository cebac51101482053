internal import Foundation

/// Identity providers that people sign in through.
enum UpstreamCommands: CommandSet {
    static let all = [
        Command(
            words: ["upstream", "list"], usage: "", summary: "Lists the identity providers that people sign in through."
        ) {
            words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/upstreams")
            let list = try decoder.decode(List.self, from: data).upstreams
            return Output(
                text: columns(list.map { [$0.id, $0.name, $0.protocol, $0.issuer, $0.match, $0.claim] }), json: data)
        },
        Command(
            words: ["upstream", "add"],
            usage: """
                ID NAME --issuer URL --client-id C --secret-file FILE [--scopes "openid profile"] \
                [--match none|login|feed] [--claim CLAIM] [--territory T]
                """, summary: "Lets people sign in through an identity provider; its secret is the first line of FILE."
        ) { words, client in
            let file = try words.required("--secret-file")
            guard let text = try? String(contentsOfFile: file, encoding: .utf8),
                let secret = text.split(separator: "\n").first
            else { throw OperatorError.unreadable("\(file): no secret in it") }
            var body = ["client_secret": String(secret)]
            body["issuer"] = try words.required("--issuer")
            body["client_id"] = try words.required("--client-id")
            for name in ["scopes", "match", "claim", "territory"] { body[name] = try words.option("--" + name) }
            body["id"] = try words.word("the identifier")
            body["name"] = try words.word("the name")
            try words.end()
            let data = try await client.send("POST", "/api/v1/upstreams", body: JSONEncoder().encode(body))
            return Output(text: "people may sign in through \(body["name"] ?? "")", json: data)
        },
        Command(
            words: ["upstream", "add-saml"],
            usage: """
                ID NAME METADATA-FILE [--subject ATTRIBUTE] [--match none|login|feed] [--claim ATTRIBUTE] [--territory T]
                """,
            summary: "Lets people sign in through an identity provider of SAML; give it /saml/sp/metadata of our sites."
        ) { words, client in
            var body: [String: String] = [:]
            for name in ["subject", "match", "claim", "territory"] { body[name] = try words.option("--" + name) }
            body["id"] = try words.word("the identifier")
            body["name"] = try words.word("the name")
            let file = try words.word("the file of its metadata")
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw OperatorError.unreadable(file)
            }
            body["metadata"] = text
            try words.end()
            let data = try await client.send("POST", "/api/v1/upstreams", body: JSONEncoder().encode(body))
            return Output(text: "people may sign in through \(body["name"] ?? "")", json: data)
        },
        Command(
            words: ["upstream", "remove"], usage: "ID", summary: "Forgets an identity provider and every link to it."
        ) {
            words, client in
            let id = try words.word("the identifier")
            try words.end()
            _ = try await client.send("DELETE", "/api/v1/upstreams/\(escaped(id))")
            return Output(text: "\(id) is forgotten", json: Data(#"{"removed":true}"#.utf8))
        },
        Command(
            words: ["passwords", "off"], usage: "UAI PROFILE",
            summary: "Closes the passwords of this site for a profile of an establishment."
        ) { words, client in try await set("PUT", &words, client) },
        Command(words: ["passwords", "on"], usage: "UAI PROFILE", summary: "Opens them again.") { words, client in
            try await set("DELETE", &words, client)
        },
    ]

    private struct List: Decodable {
        struct Provider: Decodable {
            let id: String
            let name: String
            let issuer: String
            let match: String
            let claim: String
            let `protocol`: String
        }

        let upstreams: [Provider]
    }

    private static func set(_ method: String, _ words: inout Words, _ client: AdminClient) async throws -> Output {
        let uai = try words.word("the UAI")
        let role = try words.word("the profile")
        try words.end()
        _ = try await client.send(method, "/api/v1/establishments/\(escaped(uai))/passwords-off/\(escapedWord(role))")
        return Output(text: "done", json: Data(#"{"done":true}"#.utf8))
    }

    /// `school_life` has an underscore, which an address may hold.
    private static func escapedWord(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
    }
}
