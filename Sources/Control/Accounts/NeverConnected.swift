internal import Runtime
internal import Tenancy
internal import Web

/// Who of one class has not been here: what the head gets.
struct ClassAbsentees: JSONRepresentable, Sendable {
    struct Line: Sendable {
        let name: String
        let login: String?
        let lastVisit: Int64?
    }

    let name: String
    let pupils: [Line]
    let guardians: [Line]
    let pupilCount: Int
    let guardianCount: Int
    /// Pupils of whom no guardian has ever signed in.
    let withoutGuardians: [String]

    func write(to writer: inout JSONWriter) {
        func lines(_ lines: [Line], _ writer: inout JSONWriter) {
            writer.array(lines) { writer, line in
                writer.object { writer in
                    writer.field("name", line.name)
                    writer.field("login", line.login)
                    writer.field("last_visit", line.lastVisit.map(Timestamp.iso8601))
                }
            }
        }
        writer.object { writer in
            writer.field("class", name)
            writer.field("pupils_all", pupilCount)
            writer.key("pupils")
            lines(pupils, &writer)
            writer.field("guardians_all", guardianCount)
            writer.key("guardians")
            lines(guardians, &writer)
            writer.field("neither_guardian", withoutGuardians)
        }
    }

    private static let line = Schema.object([
        .required("name", .text()), .required("login", .nullable(.text()), "Null: no account at all."),
        .required("last_visit", .nullable(.dateTime)),
    ])

    static let schema = Schema.named(
        "ClassAbsentees",
        .object([
            .required("class", .text()), .required("pupils_all", .integer()), .required("pupils", .array(of: line)),
            .required("guardians_all", .integer()), .required("guardians", .array(of: line)),
            .required("neither_guardian", .array(of: .text()), "Pupils of whom no legal guardian has ever signed in."),
        ]))

    /// - Parameter since: microseconds since 1970: those without a visit since then; nil for those who never came.
    static func of(
        _ group: NeverConnectedStore.SchoolClass, _ establishment: Establishment, since: Int64?, _ service: AdminService
    ) async throws -> ClassAbsentees {
        let context = try service.tenancy.administrativeContext(for: establishment.id)
        let roll = try await NeverConnectedStore.roll(of: group.id, context, service.tenancy)
        let people = Set(roll.pupils.map(\.id)).union(roll.guardians.map(\.guardian.id))
        let visitors = try await service.neverConnected.visitors(Array(people), of: establishment.id)
        func isAbsent(_ person: PersonID) -> Bool {
            guard let visitor = visitors[person] else { return true }
            guard let since else { return !visitor.hasVisited }
            return (visitor.lastVisit ?? .min) < since
        }
        func line(_ person: NeverConnectedStore.Person) -> Line {
            Line(
                name: person.name, login: visitors[person.id]?.login, lastVisit: visitors[person.id]?.lastVisit)
        }
        var seen: Set<PersonID> = []
        let guardians = roll.guardians.map(\.guardian).filter { seen.insert($0.id).inserted }
        let byPupil = Dictionary(grouping: roll.guardians, by: \.pupil)
        let without = roll.pupils.filter { pupil in
            !(byPupil[pupil.id] ?? []).contains { visitors[$0.guardian.id]?.hasVisited == true }
        }
        return ClassAbsentees(
            name: group.name, pupils: roll.pupils.filter { isAbsent($0.id) }.map(line),
            guardians: guardians.filter { isAbsent($0.id) }.map(line), pupilCount: roll.pupils.count,
            guardianCount: guardians.count, withoutGuardians: without.map(\.name))
    }
}
