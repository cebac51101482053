internal import Identity
internal import Tenancy
internal import Web

/// What a person can go to.
enum SchoolFrame {
    static func dress(_ call: Call, _ tenancy: Tenancy) {
        // Those of now: what is asked for may be switched off in some of their establishments, and the navigation is not of it.
        let profiles = call.profiles
        call.dressing { _, frame in frame.navigation = navigation(profiles, tenancy) }
    }

    /// Without what none of the person's establishments has switched on.
    static func navigation(_ profiles: [Profile], _ tenancy: Tenancy) -> [PageFrame.Item] {
        let services = services(profiles, tenancy)
        guard !ModuleGate.haveEverything(profiles, tenancy) else { return services }
        return services.filter { ModuleGate.isOpen($0.link, for: profiles, tenancy) }
    }

    private static func services(_ profiles: [Profile], _ tenancy: Tenancy) -> [PageFrame.Item] {
        guard !profiles.isEmpty else { return [PageFrame.Item(.home, "/home")] }
        var items = [PageFrame.Item(.home, "/home"), PageFrame.Item(.timetable, "/timetable")]
        if profiles.contains(where: { $0.role != .staff && $0.role.isHeldInEstablishment }) {
            items.append(PageFrame.Item(.homework, "/homework"))
        }
        if let staff = profiles.first(where: { $0.role.isStaff }), let uai = tenancy.map[staff.establishment]?.uai {
            items.append(PageFrame.Item(.timetablesOfSchool, "/timetable/\(uai.rawValue)"))
        }
        if profiles.contains(where: { [.teacher, .schoolLife, .head].contains($0.role) }) {
            items.append(PageFrame.Item(.pupilCodes, "/pupil-codes"))
        }
        return items
    }
}

extension Phrase {
    static let home = Phrase(fr: "Accueil", en: "Home")
}
