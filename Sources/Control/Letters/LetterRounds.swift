internal import Tenancy

/// Who is written to together: the pupils of a class, its guardians, some of one role.
struct LetterRound: Sendable {
    /// `03-5e-B-guardians`: in order, and of letters that every file system takes.
    let file: String
    /// The class's name; empty where there is none.
    let group: String
    let people: [NeverConnectedStore.Person]
}

enum LetterRounds {
    private static let most = 100

    /// Everybody of these roles, class by class, then the staff. - Parameter only: the name of the only class.
    static func all(
        of establishment: Establishment, _ roles: Set<String>, _ only: String?, _ tenancy: Tenancy
    ) async throws -> [LetterRound] {
        let context = try tenancy.administrativeContext(for: establishment.id)
        var rounds: [LetterRound] = []
        if roles.contains("pupil") || roles.contains("guardian") {
            for (number, group) in try await NeverConnectedStore.classes(context, tenancy).enumerated()
            where only == nil || only == group.name {
                let roll = try await NeverConnectedStore.roll(of: group.id, context, tenancy)
                let name = fileName(number + 1, group.name)
                if roles.contains("pupil") {
                    rounds.append(LetterRound(file: name + "-pupils", group: group.name, people: roll.pupils))
                }
                if roles.contains("guardian") {
                    var seen: Set<PersonID> = []
                    let guardians = roll.guardians.map(\.guardian).filter { seen.insert($0.id).inserted }
                    rounds.append(LetterRound(file: name + "-guardians", group: group.name, people: guardians))
                }
            }
        }
        for role in ["teacher", "school_life", "head", "staff"] where roles.contains(role) && only == nil {
            let people = try await NeverConnectedStore.staff(role, context, tenancy)
            for (part, start) in stride(from: 0, to: people.count, by: most).enumerated() {
                rounds.append(
                    LetterRound(
                        file: "\(role)-\(part + 1)", group: "",
                        people: Array(people[start..<min(people.count, start + most)])))
            }
        }
        return rounds
    }

    /// `03-5e-B`
    static func fileName(_ number: Int, _ name: String) -> String {
        let plain = NameFolding.fold(name).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }
            .joined()
        return (number < 10 ? "0" : "") + String(number) + "-" + plain.prefix(40)
    }
}
