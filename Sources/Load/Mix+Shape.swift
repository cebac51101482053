package import YAML

extension Mix {
    /// The shape of a mix file, such as `Infra/load/grand-est.yaml`.
    package static var shape: YAMLShape<Mix> {
        .keys("a mix (name, source, roles, patience)") { keys in
            let name = keys.required("name", .line())
            let about = keys.required("about", .text)
            let source = keys.required("source", .text)
            let patience =
                keys.optional("patience", patience)
                ?? Patience(
                    limit: 3, reload: 0.5, pause: 5, mostReloads: 5, giveUp: 30)
            let gzip = keys.optional("gzip", .flag, default: true)
            let roles = keys.required(
                "roles",
                YAMLShape.table(key: .line(upTo: 40), of: role).map { rows in rows.map { ($0.key.value, $0.value) } })
            guard let name, let about, let source, let roles else { return nil }
            return Mix(
                name: name, about: about, source: source, roles: roles.map { $1($0) }, patience: patience,
                acceptsGzip: gzip)
        }
    }

    /// A number with or without a fraction, from 0 on.
    private static func number(_ expected: String, _ range: ClosedRange<Double>) -> YAMLShape<Double> {
        .scalar(expected) { text in
            guard text.count <= 20, let value = Double(text.filter { $0 != "_" }), range.contains(value) else {
                return nil
            }
            return value
        }
    }

    private static var weight: YAMLShape<Double> { number("a weight, from 0", 0...1e9) }
    private static var percent: YAMLShape<Double> { number("a percentage", 0...100) }
    private static var seconds: YAMLShape<Double> { number("a number of seconds", 0.001...3600) }

    private static var weights: YAMLShape<[(element: String, weight: Double)]> {
        YAMLShape.table(key: .line(upTo: 40), of: weight).map("names with a weight each, one of them above 0") { rows in
            let choices = rows.map { (element: $0.key.value, weight: $0.value) }
            return choices.contains { $0.weight > 0 } ? choices : nil
        }
    }

    private static var role: YAMLShape<(String) -> Role> {
        .keys("a role (hours, pages_per_visit, think, entry, first, pages)") { keys in
            let hours = keys.required("hours", .list(of: weight, atLeast: 24, atMost: 24))
            let perVisit = keys.required("pages_per_visit", number("a number of pages, from 1", 1...1000))
            let think = keys.required("think", think)
            let entry = keys.required("entry", weights)
            let first = keys.required("first", .line(upTo: 40))
            let pages = keys.required("pages", weights)
            let signOut = keys.optional("sign_out", percent, default: 0)
            let cold = keys.optional("cold_cache", percent, default: 0)
            guard let hours, let perVisit, let think, let entry, let first, let pages else { return nil }
            return { name in
                Role(
                    name: name, hours: hours, pagesPerVisit: perVisit, think: think, entry: entry, first: first,
                    pages: pages, signOut: signOut / 100, coldCache: cold / 100)
            }
        }
    }

    private static var think: YAMLShape<Think> {
        .keys("a time to think (median, sigma)") { keys in
            let median = keys.required("median", seconds)
            let sigma = keys.required("sigma", number("a number from 0 to 3", 0...3))
            guard let median, let sigma else { return nil }
            return Think(median: median, sigma: sigma)
        }
    }

    private static var patience: YAMLShape<Patience> {
        .keys("a patience (limit, reload, pause, most_reloads, give_up)") { keys in
            let limit = keys.required("limit", seconds)
            let reload = keys.required("reload", percent)
            let pause = keys.required("pause", seconds)
            let most = keys.required("most_reloads", .integer(0...100))
            let giveUp = keys.required("give_up", seconds)
            guard let limit, let reload, let pause, let most, let giveUp else { return nil }
            return Patience(limit: limit, reload: reload / 100, pause: pause, mostReloads: most, giveUp: giveUp)
        }
    }
}
