internal import HTTP
internal import Identity
internal import Tenancy
internal import Web

/// Keeps a service away from the establishments that have switched it off: there its routes answer as if the person had
/// nothing to do with it, and somebody who has no other establishment is told so. Reads the node's copy of the directory, so a
/// change is in force everywhere as soon as the copy is fresh.
enum ModuleGate {
    /// - Throws: `moduleOff` for somebody who has no establishment with this service.
    static func check(_ call: Call, _ tenancy: Tenancy) throws {
        guard call.session != nil, !haveEverything(call.profiles, tenancy),
            let module = SchoolModule(route: call.route.pattern)
        else { return }
        try close(call, module, tenancy)
    }

    /// Whether nothing is switched off in any of their establishments, which is the case of nearly everybody.
    static func haveEverything(_ profiles: [Profile], _ tenancy: Tenancy) -> Bool {
        let map = tenancy.map
        return profiles.allSatisfy { map[$0.establishment]?.modulesOff.isEmpty ?? true }
    }

    private static func close(_ call: Call, _ module: SchoolModule, _ tenancy: Tenancy) throws {
        let profiles = call.profiles
        let closed = establishments(without: module, among: profiles, tenancy)
        guard !closed.isEmpty else { return }
        call[ClosedHere.self] = closed
        if profiles.allSatisfy({ closed.contains($0.establishment) }) { throw Problem(.moduleOff) }
    }

    private static func establishments(
        without module: SchoolModule, among profiles: [Profile], _ tenancy: Tenancy
    ) -> Set<EstablishmentID> {
        let map = tenancy.map
        return Set(profiles.map(\.establishment).filter { map[$0]?.modulesOff.contains(module.name) == true })
    }

    /// A service's part of a page that has several: of the establishments that have it, or nothing at all.
    static func part(
        _ name: String, _ call: Call, _ tenancy: Tenancy, _ make: (Call) async -> HTML
    ) async -> HTML {
        let profiles = call.profiles
        let closed = establishments(without: SchoolModule(name: name), among: profiles, tenancy)
        guard !closed.isEmpty else { return await make(call) }
        guard !profiles.allSatisfy({ closed.contains($0.establishment) }) else { return .empty }
        let before = call[ClosedHere.self]
        call[ClosedHere.self] = closed.union(before ?? [])
        defer { call[ClosedHere.self] = before }
        return await make(call)
    }

    /// Whether the person has the service in any establishment; true for what cannot be switched off.
    static func isOpen(_ link: Link, for profiles: [Profile], _ tenancy: Tenancy) -> Bool {
        let path = link.text.prefix { $0 != "?" && $0 != "#" }
        guard let module = SchoolModule(route: String(path)), !profiles.isEmpty else { return true }
        return establishments(without: module, among: profiles, tenancy).count
            < Set(profiles.map(\.establishment)).count
    }
}

extension ProblemCode {
    static let moduleOff = ProblemCode(
        "preau.school.module_off", 404,
        title: Phrase(fr: "Ce service n'est pas ouvert", en: "This service is not switched on"),
        meaning: Phrase(
            fr: "Votre établissement n'utilise pas ce service : adressez-vous à lui.",
            en: "Your school does not use this service: ask the school."))
}
