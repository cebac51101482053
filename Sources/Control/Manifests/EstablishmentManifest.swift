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
    package let look: EstablishmentLook
}

/// What an establishment has of its own on pages; nil: the file does not say, and what the console says stays.
package struct EstablishmentLook: Sendable {
    package enum Colours: Sendable, Hashable {
        case territory
        case own(Theme)
    }

    package var colours: Colours?
    package var hosts: [YAMLPlaced<HostName>]?

    package init(colours: Colours? = nil, hosts: [YAMLPlaced<HostName>]? = nil) {
        self.colours = colours
        self.hosts = hosts
    }
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
    let look: EstablishmentLook
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
            let colours = keys.optional("theme", .establishmentTheme)
            let hosts = keys.optional("hosts", YAMLShape<[YAMLPlaced<HostName>]>.establishmentHosts)
            guard let uai, let name, let city else { return nil }
            if let department, department != uai.department {
                keys.reject(
                    "department", "the UAI \(uai) says department \(uai.department), this says \(department)")
            }
            return EstablishmentLines(
                place: keys.place(of: "uai"), uai: uai, name: name, kind: kind, levels: levels, department: department,
                city: city, zone: zone, timeZone: timeZone, shard: shard, isInvented: isInvented,
                look: EstablishmentLook(colours: colours, hosts: hosts))
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

extension EstablishmentLook {
    static let mostHosts = 10
}

extension YAMLShape where Value == EstablishmentLook.Colours {
    fileprivate static var establishmentTheme: YAMLShape {
        .either(
            scalar: .oneOf(["none": EstablishmentLook.Colours.territory]),
            structure: YAMLShape<Theme>.theme.map { EstablishmentLook.Colours.own($0) })
    }
}

extension YAMLShape where Value == [YAMLPlaced<HostName>] {
    fileprivate static var establishmentHosts: YAMLShape {
        .list(
            of: YAMLShape<YAMLPlaced<HostName>>.placed(YAMLShape<HostName>.establishmentHost),
            atMost: EstablishmentLook.mostHosts)
    }
}

extension YAMLShape where Value == HostName {
    fileprivate static var establishmentHost: YAMLShape {
        let shape = YAMLShape<HostName>.host
        return YAMLShape("a host name below a domain, such as college-des-tilleuls.ent77.fr") { value in
            guard let host = shape.read(value) else { return nil }
            guard host.isBelowDomain else {
                value.reject("\(host) cannot be an establishment's: expected a name below a domain")
                return nil
            }
            return host
        }
    }
}
