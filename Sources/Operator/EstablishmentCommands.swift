internal import Foundation

/// The life of an establishment.
enum EstablishmentCommands: CommandSet {
    static let all: [Command] =
        [
            Command(
                words: ["establishment", "open"],
                usage: "--territory ID (UAI NAME [--city C] [--kind K] [--admin \"GIVEN FAMILY\"] | --file LIST.json)",
                summary: "Opens establishments: a job, waited for unless --detach is given."
            ) { words, client in try await open(&words, client) },
            Command(
                words: ["establishment", "rename"], usage: "UAI NAME", summary: "Gives an establishment another name."
            ) { words, client in
                let uai = try words.word("the UAI")
                let body = ["name": try words.word("the new name")]
                try words.end()
                return try await change(uai, encoder.encode(body), client)
            },
            Command(
                words: ["establishment", "change"],
                usage: "UAI [--city C] [--zone Z] [--theme COLOUR,ON,ACCENT,ON-DARK|none] [--hosts A,B|none]",
                summary: "Changes an establishment's town, calendar zone, colours or host names."
            ) { words, client in
                let city = try words.option("--city")
                let zone = try words.option("--zone")
                let body = EstablishmentChange(
                    city: city, zone: zone, theme: try EstablishmentChange.theme(try words.option("--theme")),
                    hosts: try words.option("--hosts").map(EstablishmentChange.hosts))
                let uai = try words.word("the UAI")
                try words.end()
                return try await change(uai, encoder.encode(body), client)
            },
            Command(
                words: ["establishment", "modules"], usage: "UAI [--off A,B] [--on A,B]",
                summary: "Switches services off or on; they are off in pages, API and navigation."
            ) { words, client in
                let off = try words.option("--off")?.split(separator: ",").map(String.init) ?? []
                let on = try words.option("--on")?.split(separator: ",").map(String.init) ?? []
                let uai = try words.word("the UAI")
                try words.end()
                let now = try decoder.decode(
                    Shown.self, from: try await client.send("GET", "/api/v1/establishments/\(escaped(uai))"))
                let wanted = Set(now.modulesOff).union(off).subtracting(on).sorted()
                guard !off.isEmpty || !on.isEmpty else {
                    return Output(
                        text: "off: \(wanted.isEmpty ? "none" : wanted.joined(separator: " "))",
                        json: try encoder.encode(["modules_off": wanted]))
                }
                return try await change(uai, encoder.encode(["modules_off": wanted]), client)
            },
            Command(
                words: ["establishment", "uai"], usage: "UAI NEW-UAI",
                summary: "Gives an establishment another UAI; nobody else can have the former one."
            ) { words, client in
                let uai = try words.word("the UAI")
                let body = ["uai": try words.word("the new UAI")]
                try words.end()
                let data = try await client.send(
                    "POST", "/api/v1/establishments/\(escaped(uai))/uai", body: encoder.encode(body))
                return Output(text: "now \(try decoder.decode(Shown.self, from: data).uai)", json: data)
            },
            Command(
                words: ["establishment", "merge"], usage: "UAI --into UAI [--detach]",
                summary: "Closes an establishment into another: a job, waited for unless --detach is given."
            ) { words, client in
                let body = ["into": try words.required("--into")]
                let isDetached = words.flag("--detach")
                let uai = try words.word("the UAI of the one that closes")
                try words.end()
                let data = try await client.send(
                    "POST", "/api/v1/establishments/\(escaped(uai))/merge", body: encoder.encode(body))
                let job = try decoder.decode(Begun.self, from: data).job
                if isDetached { return Output(text: "job \(job)", json: data) }
                return try await JobCommands.wait(for: job, client)
            },
        ]
        + ["suspend", "reopen", "close"].map { verb in
            Command(
                words: ["establishment", verb], usage: "UAI",
                summary: ["suspend": "Shuts it for a while.", "reopen": "Opens it again."][verb]
                    ?? "Closes it: as if it were not there; its rows stay."
            ) { words, client in
                let uai = try words.word("the UAI")
                try words.end()
                let data = try await client.send("POST", "/api/v1/establishments/\(escaped(uai))/\(verb)")
                let state = try decoder.decode(State.self, from: data)
                return Output(text: "\(state.uai) is \(state.state)", json: data)
            }
        }

    private struct State: Decodable {
        let uai: String
        let state: String
    }

    private struct Shown: Decodable {
        let uai: String
        let name: String
        let state: String
        let modulesOff: [String]
        let hosts: [String]
    }

    private struct Begun: Decodable { let job: String }

    private static func change(_ uai: String, _ body: Data, _ client: AdminClient) async throws -> Output {
        let data = try await client.send("PATCH", "/api/v1/establishments/\(escaped(uai))", body: body)
        let shown = try decoder.decode(Shown.self, from: data)
        return Output(
            text: columns([
                ["UAI", shown.uai], ["name", shown.name], ["state", shown.state],
                ["off", shown.modulesOff.joined(separator: " ")], ["hosts", shown.hosts.joined(separator: " ")],
            ]), json: data)
    }

    private struct NewEstablishment: Encodable {
        struct Person: Encodable {
            let givenName: String
            let familyName: String
        }

        let uai: String
        let name: String
        let city: String?
        let kind: String?
        let administrator: Person?
    }

    private static func open(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        let territory = try words.required("--territory")
        let isDetached = words.flag("--detach")
        let list: Data
        if let path = try words.option("--file") {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw OperatorError.unreadable("\(path): cannot be read")
            }
            list = data
        } else {
            let (city, kind) = (try words.option("--city"), try words.option("--kind"))
            let person = try words.option("--admin")?.split(separator: " ", maxSplits: 1).map(String.init)
            if let person, person.count != 2 { throw OperatorError.usage("--admin: a given name and a family name") }
            let one = NewEstablishment(
                uai: try words.word("the UAI"), name: try words.word("the name"), city: city, kind: kind,
                administrator: person.map { NewEstablishment.Person(givenName: $0[0], familyName: $0[1]) })
            list = try encoder.encode([one])
        }
        try words.end()
        guard (try? JSONSerialization.jsonObject(with: list)) is [Any] else {
            throw OperatorError.unreadable("a list of establishments was expected, in JSON")
        }
        let body =
            Data("{\"territory\":".utf8) + (try encoder.encode(territory)) + Data(",\"establishments\":".utf8) + list
            + Data("}".utf8)
        let begun = try await client.send("POST", "/api/v1/establishments", body: body)
        let job = try decoder.decode(Begun.self, from: begun).job
        return isDetached ? Output(text: "job \(job)", json: begun) : try await JobCommands.wait(for: job, client)
    }
}
