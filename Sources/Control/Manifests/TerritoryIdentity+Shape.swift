internal import Tenancy
internal import Web
internal import YAML

extension YAMLShape where Value == TerritoryIdentity {
    static var territory: YAMLShape {
        .keys("a territory (kind, code, name, hosts, …)") { keys in
            let kind = keys.required("kind", YAMLShape<Territory.Kind>.word)
            let code = keys.required("code", .inseeCode)
            let name = keys.required("name", .line(upTo: 100))
            let title = keys.required("title", .line(upTo: 60))
            let region = keys.optional("region", .line(upTo: 100))
            let parent = keys.optional("parent", .placed(.territoryID))
            let hosts = keys.required("hosts", .list(of: .placed(.host), atLeast: 1, atMost: 20))
            let timeZone = keys.required("time_zone", .timeZone)
            let theme = keys.required("theme", .theme)
            let departments = keys.required("departments", .table(key: .inseeCode, of: .department))
            let shards = keys.optional("shards", .shardPolicy, default: ShardPolicy(among: nil))
            let defaults = keys.required("defaults", .establishmentDefaults)
            let contact = keys.optional("accessibility_contact", .line(upTo: 200))
            if let contact, !Schema.Format.email.accepts(contact) {
                keys.reject("accessibility_contact", "expected an address of electronic mail")
            }
            guard let kind, let code, let name, let title, let hosts, let timeZone, let theme, let departments,
                let defaults
            else { return nil }
            switch (kind, region) {
            case (.department, nil): keys.reject("region", "the key “region” is missing: a department lies in one")
            case (.region, .some):
                keys.reject("region", "a region has no region: expected this key for a department only")
            default: break
            }
            if departments.isEmpty { keys.reject("departments", "expected at least one department") }
            if kind == .department, departments.map(\.key.value) != [code] {
                keys.reject("departments", "a department serves itself: expected the one key “\(code)”")
            }
            return TerritoryIdentity(
                place: keys.value.place, kind: kind, code: code, name: name, title: title, region: region ?? "",
                parent: parent, hosts: hosts, timeZone: timeZone, theme: theme,
                departments: departments.map { YAMLPlaced($0.value.department($0.key.value), at: $0.key.place) },
                shards: shards, defaults: defaults, accessibilityContact: contact)
        }
    }
}

/// What stands under a department's code.
private struct DepartmentLines {
    let name: String
    let academy: String
    let zone: String

    func department(_ code: String) -> TerritoryManifest.Department {
        TerritoryManifest.Department(code: code, name: name, academy: academy, zone: zone)
    }
}

extension YAMLShape where Value == DepartmentLines {
    fileprivate static var department: YAMLShape {
        .keys("a department (name, academy, zone)") { keys in
            let name = keys.required("name", .line(upTo: 100))
            let academy = keys.required("academy", .line(upTo: 100))
            let zone = keys.required("zone", .line(upTo: 40))
            guard let name, let academy, let zone else { return nil }
            return DepartmentLines(name: name, academy: academy, zone: zone)
        }
    }
}

extension YAMLShape where Value == ShardPolicy {
    fileprivate static var shardPolicy: YAMLShape {
        .keys("a policy for shards (among)") { keys in
            ShardPolicy(
                among: keys.required(
                    "among",
                    .either(
                        scalar: .oneOf(["any": nil as [ShardID]?]),
                        structure: YAMLShape<[ShardID]>.list(of: .shard, atLeast: 1).map { .some($0) })) ?? nil)
        }
    }
}

extension YAMLShape where Value == EstablishmentDefaults {
    fileprivate static var establishmentDefaults: YAMLShape {
        .keys("defaults of the establishments (kind, levels, shard)") { keys in
            let kind = keys.required("kind", YAMLShape<Establishment.Kind>.word)
            let levels = keys.required("levels", .levels)
            let shard = keys.optional("shard", .shardChoice, default: .placeIt)
            guard let kind, let levels else { return nil }
            return EstablishmentDefaults(kind: kind, levels: levels, shard: shard)
        }
    }
}
