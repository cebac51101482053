internal import Postgres
internal import Tenancy
internal import Web

/// Two accounts that may be one person's.
struct DuplicatePair: JSONRepresentable, Sendable {
    let first: AccountID
    let second: AccountID
    let firstLogin: String
    let secondLogin: String
    let name: String
    let firstRoles: [String]
    let secondRoles: [String]
    /// 0 to 100.
    let score: Int

    /// The same names are a beginning. The same role in two schools is a teacher or a guardian of both; the same role in one
    /// school is more likely two people (a father and his son's namesake are rare, two pupils of one name are not one); a
    /// teacher and a guardian of one name are often one person, who has to say so.
    static func score(roles first: [String], _ second: [String], sameSchool: Bool, otherSchool: Bool) -> Int {
        var score = 50
        if otherSchool { score += 30 }
        if sameSchool { score += first.contains("pupil") && second.contains("pupil") ? -40 : 10 }
        if first != second { score -= 20 }
        // A child is no adult of the same name.
        if first.contains("pupil") != second.contains("pupil") { score -= 30 }
        return max(0, min(100, score))
    }

    static func find(in establishment: Establishment, _ service: AdminService) async throws -> [DuplicatePair] {
        let rows = try await service.directory.run(
            PostgresBatch(
                AccountActStore.duplicates, establishment.id, establishment.territory.rawValue, 200), lane: .background)[
                0]
        var pairs: [DuplicatePair] = []
        for row in rows {
            let (first, second): ([String], [String]) = (try row.array(7), try row.array(8))
            pairs.append(
                DuplicatePair(
                    first: AccountID(rawValue: try row.uuid(0)), second: AccountID(rawValue: try row.uuid(1)),
                    firstLogin: try row.text(2), secondLogin: try row.text(3), name: try row.text(4), firstRoles: first,
                    secondRoles: second,
                    score: score(
                        roles: first, second, sameSchool: try row.bool(9), otherSchool: try row.bool(10))))
        }
        return pairs.sorted { ($0.score, $1.first) > ($1.score, $0.first) }
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("first", first.rawValue)
            writer.field("second", second.rawValue)
            writer.field("first_login", firstLogin)
            writer.field("second_login", secondLogin)
            writer.field("name", name)
            writer.field("first_roles", firstRoles)
            writer.field("second_roles", secondRoles)
            writer.field("score", score)
        }
    }

    static let schema = Schema.named(
        "DuplicatePair",
        .object([
            .required("first", .uuid), .required("second", .uuid), .required("first_login", .text()),
            .required("second_login", .text()), .required("name", .text()),
            .required("first_roles", .array(of: .text())), .required("second_roles", .array(of: .text())),
            .required("score", .integer(0...100)),
        ]))
}
