internal import Foundation

/// Partner applications and the keys that sign for them.
enum ServiceCommands: CommandSet {
    static let all = [
        Command(words: ["service", "list"], usage: "", summary: "Lists the registered partner applications.") {
            words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/services?limit=200")
            let list = try decoder.decode(Page.self, from: data).items
            return Output(
                text: columns(
                    list.map { [$0.id, $0.protocol, $0.name, $0.scopeKind + " " + $0.scope, $0.clientId ?? ""] }),
                json: data)
        },
        Command(
            words: ["service", "add"],
            usage: """
                cas|oidc|saml NAME URL-or-METADATA-FILE [--redirect-uri U]… [--logout-uri U] [--post-logout-redirect-uri U]… [--template T] \
                [--territory T|--department D|--establishment UAI] [--public] [--pairwise] [--algorithm A] [--profiles A,B] \
                [--name-id persistent|transient|email|unspecified] [--signed-requests] \
                [--proxy-callback U]… [--consent|--no-consent]
                """,
            summary: "Registers a partner application; a client of OpenID Connect is told its secret, once."
        ) { words, client in try await add(&words, client) },
        Command(
            words: ["service", "remove"], usage: "NAME-or-ID", summary: "Forgets a partner application."
        ) { words, client in
            let name = try words.word("the service")
            try words.end()
            let id = try await find(name, client)
            _ = try await client.send("DELETE", "/api/v1/services/\(id)")
            return Output(text: "\(name) is forgotten", json: Data(#"{"removed":"\#(id)"}"#.utf8))
        },
        Command(
            words: ["service", "preview"], usage: "NAME-or-ID LOGIN",
            summary: "Shows exactly what a partner application would be told of a person."
        ) { words, client in
            let name = try words.word("the service")
            let login = try words.word("the login")
            try words.end()
            let path =
                "/api/v1/services/\(try await find(name, client))/preview?login=\(escaped(login))"
            let data = try await client.send("GET", path)
            return Output(text: String(decoding: data, as: UTF8.self), json: data)
        },
        Command(words: ["signing-key", "list"], usage: "", summary: "Lists the keys that sign tokens.") {
            words, client in
            try words.end()
            return try keys(await client.send("GET", "/api/v1/signing-keys"))
        },
        Command(
            words: ["signing-key", "rotate"], usage: "[--saml] [--at-once]",
            summary: "Makes new keys, which sign after a day; at once when a key may be known to others."
        ) { words, client in
            let atOnce = words.flag("--at-once")
            let purpose = words.flag("--saml") ? "saml" : "tokens"
            try words.end()
            let body = Data(#"{"at_once":\#(atOnce),"purpose":"\#(purpose)"}"#.utf8)
            return try keys(await client.send("POST", "/api/v1/signing-keys", body: body))
        },
    ]

    private struct Page: Decodable {
        struct Service: Decodable {
            let id: String
            let `protocol`: String
            let name: String
            let scopeKind: String
            let scope: String
            let clientId: String?
        }

        let items: [Service]
        let next: String?
    }

    private struct Added: Decodable {
        let id: String
        let name: String
        let clientId: String?
        let clientSecret: String?
    }

    private struct Keys: Decodable {
        struct Key: Decodable {
            let id: String
            let algorithm: String
            let purpose: String
            let state: String
            let since: String
        }

        let keys: [Key]
    }

    private static func keys(_ data: Data) throws -> Output {
        let list = try decoder.decode(Keys.self, from: data).keys
        return Output(
            text: columns(list.map { [$0.id, $0.purpose, $0.algorithm, $0.state, "since " + $0.since] }),
            json: data)
    }

    /// The number of the service with this name, or this number.
    private static func find(_ name: String, _ client: AdminClient) async throws -> String {
        var cursor = ""
        for _ in 0..<100 {
            let path = "/api/v1/services?limit=200" + (cursor.isEmpty ? "" : "&cursor=\(cursor)")
            let page = try decoder.decode(Page.self, from: try await client.send("GET", path))
            let found = page.items.filter { $0.name == name || $0.id == name }
            guard found.count < 2 else {
                throw OperatorError.usage("several services are called “\(name)”; use one of their numbers")
            }
            if let found = found.first { return found.id }
            guard let next = page.next else { break }
            cursor = next
        }
        throw OperatorError.usage("no service is called “\(name)”")
    }

    private static func metadata(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw OperatorError.usage("the file \(path) cannot be read")
        }
        guard data.count <= 262_144, let text = String(validating: data, as: UTF8.self) else {
            throw OperatorError.usage("\(path) is no metadata document: larger than 256 KiB, or not UTF-8")
        }
        return text
    }

    private static func add(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        var settings: [String: Any] = [:]
        func all(_ option: String, _ words: inout Words) throws -> [String] {
            var values: [String] = []
            while let value = try words.option(option) { values.append(value) }
            return values
        }
        let redirects = try all("--redirect-uri", &words)
        if !redirects.isEmpty { settings["redirect_uris"] = redirects }
        let afterwards = try all("--post-logout-redirect-uri", &words)
        if !afterwards.isEmpty { settings["post_logout_redirect_uris"] = afterwards }
        let callbacks = try all("--proxy-callback", &words)
        if !callbacks.isEmpty { settings["proxy_callbacks"] = callbacks }
        if let address = try words.option("--logout-uri") { settings["logout_uri"] = address }
        if let template = try words.option("--template") { settings["template"] = template }
        if let algorithm = try words.option("--algorithm") { settings["signing_algorithm"] = algorithm }
        if let profiles = try words.option("--profiles") {
            settings["profiles"] = profiles.split(separator: ",").map(String.init)
        }
        if words.flag("--pairwise") { settings["subject"] = "pairwise" }
        if words.flag("--consent") { settings["consent_asked"] = true }
        if words.flag("--no-consent") { settings["consent_asked"] = false }
        if words.flag("--pkce") { settings["pkce_required"] = true }
        var body: [String: Any] = [:]
        if words.flag("--public") { body["is_public"] = true }
        for (option, kind) in [
            ("--territory", "territory"), ("--department", "department"), ("--establishment", "establishment"),
        ] {
            guard let scope = try words.option(option) else { continue }
            body["scope_kind"] = kind
            body["scope"] = scope
        }
        if let format = try words.option("--name-id") { settings["name_id"] = format }
        if words.flag("--signed-requests") { settings["signed_requests_needed"] = true }
        let kind = try words.word("the protocol (cas, oidc, saml)")
        body["protocol"] = kind
        body["name"] = try words.word("the name")
        if kind == "saml" {
            body["metadata"] = try metadata(try words.word("the file of metadata"))
        } else {
            body["url"] = try words.word("the address")
        }
        body["settings"] = settings
        try words.end()
        let data = try await client.send(
            "POST", "/api/v1/services", body: JSONSerialization.data(withJSONObject: body, options: [.sortedKeys]))
        let added = try decoder.decode(Added.self, from: data)
        var lines = ["\(added.name) is registered as \(added.id)"]
        if let id = added.clientId { lines.append("client_id      \(id)") }
        if let secret = added.clientSecret { lines.append("client_secret  \(secret)   (shown this once)") }
        return Output(text: lines.joined(separator: "\n"), json: data)
    }
}
