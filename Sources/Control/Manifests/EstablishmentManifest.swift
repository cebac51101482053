package import Tenancy
package import YAML

/// One establishment of `establishments.yaml`, the territory's defaults filled in.
package struct EstablishmentManifest: Sendable {
    package let place: YAMLPlace
    package let uai: UAI
    package let name: String
    package let kind: Establishment.Kind
    package let levels: [Level]
    /// INSEE code of the department; one of the territory's.
    package let department: String
    package let city: String
    /// Of the school calendar.
    package let zone: String
    package let timeZone: SchoolTimeZone
    package let shard: ShardChoice
    /// Made up, for development and demonstration.
    package let isInvented: Bool
}

/// One establishment as written: what is nil comes from the territory.
struct EstablishmentLines {
    let place: YAMLPlace
    let uai: UAI
    let name: String
    let kind: Establishment.Kind?
    let levels: [Level]?
    let department: String?
    let city: String
    let zone: String?
    let timeZone: SchoolTimeZone?
    let shard: ShardChoice?
    let isInvented: Bool
}

extension UAI {
    /// The department that the first three digits stand for.
    var department: String {
        let prefix = rawValue.prefix(3)
        switch prefix {
        case "620": return "2A"
        case "720": return "2B"
        default: return prefix.first == "0" ? String(prefix.dropFirst()) : String(prefix)
        }
    }
}

extension YAMLShape where Value == [EstablishmentLines] {
    static var establishments: YAMLShape {
        .keys("establishments (establishments)") { keys in
            keys.required("establishments", .list(of: .establishment, atMost: 20_000))
        }
    }
}

extension YAMLShape where Value == EstablishmentLines {
    fileprivate static var establishment: YAMLShape {
        .keys("an establishment (uai, name, city, …)") { keys in
            let uai = keys.required("uai", .uai)
            let name = keys.required("name", .line(upTo: 150))
            let city = keys.required("city", .line(upTo: 100))
            let kind = keys.optional("kind", YAMLShape<Establishment.Kind>.word)
            let levels = keys.optional("levels", .levels)
            let department = keys.optional("department", .inseeCode)
            let zone = keys.optional("zone", .line(upTo: 40))
            let timeZone = keys.optional("time_zone", .timeZone)
            let shard = keys.optional("shard", .shardChoice)
            let isInvented = keys.optional("invented", .flag, default: false)
            guard let uai, let name, let city else { return nil }
            if let department, department != uai.department {
                keys.reject(
                    "department", "the UAI \(uai) says department \(uai.department), this says \(department)")
            }
            return EstablishmentLines(
                place: keys.place(of: "uai"), uai: uai, name: name, kind: kind, levels: levels, department: department,
                city: city, zone: zone, timeZone: timeZone, shard: shard, isInvented: isInvented)
        }
    }
}

extension YAMLShape where Value == [Level] {
    /// At least one level, none twice.
    static var levels: YAMLShape {
        let expected = "a list of levels, none of them twice"
        return YAMLShape(expected) { value in
            let list = YAMLShape.list(of: YAMLShape<Level>.word, atLeast: 1)
            guard let levels = list.read(value) else { return nil }
            guard Set(levels).count == levels.count else {
                value.reject("a level is listed twice")
                return nil
            }
            return levels
        }
    }
}
