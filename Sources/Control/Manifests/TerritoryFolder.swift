internal import Cryptography
internal import Tenancy
internal import YAML

/// The files of one territory, before they are read.
struct TerritoryFolder {
    enum Kind: String, CaseIterable {
        case territory = "territory.yaml"
        case calendar = "calendar.yaml"
        case news = "news.yaml"
        case rules = "rules.yaml"
        case establishments = "establishments.yaml"
    }

    let id: TerritoryID
    var files: [Kind: ManifestFile] = [:]

    private var digest: String {
        var hash = SHA256()
        for kind in Kind.allCases {
            guard let file = files[kind] else { continue }
            // Names and lengths too: no two folders have the same input.
            hash.update(Array("\(kind.rawValue) \(file.bytes.count)\n".utf8))
            hash.update(file.bytes)
        }
        return Hex.encode(hash.digest())
    }

    /// Reads all the files, also when one of them is wrong. Nil when the territory cannot be made of them.
    func territory(_ reading: inout ManifestReading) -> TerritoryManifest? {
        for kind in [Kind.territory, .calendar] where files[kind] == nil {
            let place = YAMLPlace(file: "\(id)/\(kind.rawValue)", line: 1, column: 1)
            reading.problems.append(YAMLProblem(place, "the file is missing: every territory has one"))
        }
        let identity = reading.decode(files[.territory], .territory)
        let calendars = reading.decode(files[.calendar], .calendars)
        let news = files[.news] == nil ? [] : reading.decode(files[.news], .news)
        let rules = files[.rules] == nil ? RulesManifest.none : reading.decode(files[.rules], .rules)
        let lines = files[.establishments] == nil ? [] : reading.decode(files[.establishments], .establishments)
        guard let identity, let calendars, let news, let rules, let lines else { return nil }
        let departments = Dictionary(
            identity.departments.map { ($0.value.code, $0.value) }, uniquingKeysWith: { first, _ in first })
        var establishments: [EstablishmentManifest] = []
        for line in lines {
            let code = line.department ?? line.uai.department
            guard let department = departments[code] else {
                let served = identity.departments.map(\.value.code).joined(separator: ", ")
                reading.problems.append(
                    YAMLProblem(
                        line.place,
                        "\(line.uai) lies in department \(code), which \(id) does not serve: expected \(served)"))
                continue
            }
            establishments.append(line.filled(with: identity, department))
        }
        let territory = TerritoryManifest(
            id: id, identity: identity, calendars: calendars, news: news, rules: rules, establishments: establishments,
            digest: digest)
        reading.check(territory)
        return territory
    }
}

extension EstablishmentLines {
    fileprivate func filled(
        with territory: TerritoryIdentity, _ department: TerritoryManifest.Department
    ) -> EstablishmentManifest {
        EstablishmentManifest(
            place: place, uai: uai, name: name, kind: kind ?? territory.defaults.kind,
            levels: levels ?? territory.defaults.levels, department: department.code, city: city,
            zone: zone ?? department.zone, timeZone: timeZone ?? territory.timeZone,
            shard: shard ?? territory.defaults.shard, isInvented: isInvented, look: look)
    }
}
