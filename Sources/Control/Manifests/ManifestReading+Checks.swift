internal import Tenancy
internal import YAML

/// What no file can tell alone.
extension ManifestReading {
    /// Within one territory: zones that no calendar has, quotas of what is not there.
    mutating func check(_ territory: TerritoryManifest) {
        for (year, calendars) in Dictionary(grouping: territory.calendars, by: \.schoolYear) {
            let zones = Set(calendars.map(\.zone))
            for department in territory.identity.departments where !zones.contains(department.value.zone) {
                add(
                    department.place,
                    "department \(department.value.code) is in zone \(department.value.zone), which calendar.yaml does not"
                        + " have for \(year): expected \(zones.sorted().joined(separator: ", "))")
            }
            for establishment in territory.establishments where !zones.contains(establishment.zone) {
                let isDepartments = territory.identity.departments.contains {
                    $0.value.code == establishment.department && $0.value.zone == establishment.zone
                }
                guard !isDepartments else { continue }
                add(
                    establishment.place,
                    "\(establishment.uai) is in zone \(establishment.zone), which calendar.yaml does not have for \(year)"
                )
            }
        }
        let codes = Set(territory.identity.departments.map(\.value.code))
        let capped = territory.rules.admission
        let departments =
            territory.rules.bandwidth.departments.map(\.code) + territory.rules.windows.compactMap(\.department)
            + (capped?.departments.map(\.code) ?? [])
        for code in departments where !codes.contains(code.value) {
            add(code.place, "department \(code.value) is not one of the territory's")
        }
        let uais = Set(territory.establishments.map(\.uai))
        let schools =
            territory.rules.bandwidth.establishments.map(\.uai) + territory.rules.windows.compactMap(\.establishment)
            + (capped?.establishments.map(\.uai) ?? [])
        for uai in schools where !uais.contains(uai.value) {
            add(uai.place, "\(uai.value) is not in establishments.yaml")
        }
    }

    /// Between territories: what may be declared only once on the platform.
    mutating func checkAcross(_ territories: [TerritoryManifest]) {
        var hosts: [HostName: YAMLPlace] = [:]
        var uais: [UAI: YAMLPlace] = [:]
        var departments: [String: YAMLPlace] = [:]
        var caps: [String: YAMLPlace] = [:]
        var windows: [String: YAMLPlace] = [:]
        for territory in territories {
            for host in territory.identity.hosts {
                addIfTwice(host.value, host.place, &hosts, "the host name \(host.value) is declared twice")
            }
            for establishment in territory.establishments {
                addIfTwice(establishment.uai, establishment.place, &uais, "\(establishment.uai) is declared twice")
                for host in establishment.look.hosts ?? [] {
                    addIfTwice(host.value, host.place, &hosts, "the host name \(host.value) is declared twice")
                }
            }
            for (code, _) in territory.rules.bandwidth.departments {
                addIfTwice(
                    code.value, code.place, &departments, "the bandwidth of department \(code.value) is declared twice")
            }
            for (code, _) in territory.rules.admission?.departments ?? [] {
                addIfTwice(code.value, code.place, &caps, "the cap of department \(code.value) is declared twice")
            }
            for window in territory.rules.windows {
                guard let code = window.department else { continue }
                addIfTwice(
                    "\(code.value) \(window.name)", code.place, &windows,
                    "the window \(window.name) of department \(code.value) is declared twice")
            }
            checkParents(of: territory, among: territories)
        }
    }

    private mutating func checkParents(of territory: TerritoryManifest, among territories: [TerritoryManifest]) {
        guard let parent = territory.identity.parent else { return }
        var seen: Set<TerritoryID> = [territory.id]
        var next: TerritoryID? = parent.value
        while let id = next {
            guard seen.insert(id).inserted else {
                add(parent.place, "the territory is its own ancestor")
                return
            }
            guard let ancestor = territories.first(where: { $0.id == id }) else {
                if id == parent.value { add(parent.place, "there is no folder of the parent territory \(id)") }
                return
            }
            next = ancestor.identity.parent?.value
        }
    }

    private mutating func addIfTwice<Key: Hashable>(
        _ key: Key, _ place: YAMLPlace, _ places: inout [Key: YAMLPlace], _ message: String
    ) {
        if let first = places[key] {
            add(place, "\(message): it already stands at \(first)")
        } else {
            places[key] = place
        }
    }

    private mutating func add(_ place: YAMLPlace, _ message: String) {
        problems.append(YAMLProblem(place, message))
    }
}
