internal import Runtime

/// What the files of a OneRoster 1.2 delivery mean. Pure.
///
/// Only deliveries of everything ("bulk") are taken. A school is known by its identifier, which is its UAI; a class that is a
/// homeroom is a class, any other a group; a course is a subject.
package struct OneRosterFeed {
    package private(set) var roster: Roster
    private let files: [String: [UInt8]]
    private var modes: [String: String] = [:]

    private struct SchoolClass {
        let structure: String
        let kind: FeedPerson.Place.Kind
        let code: String
        let label: String
        let subject: String?
        let level: String
    }

    private struct UserRole {
        let role: String
        let isPrimary: Bool
        let org: String
    }

    private var schools: Set<String> = []
    private var subjects: [String: String] = [:]
    private var classes: [String: SchoolClass] = [:]
    private var roles: [String: [UserRole]] = [:]

    /// - Parameter files: by their names in lower case.
    /// - Throws: `FeedError`.
    package init(_ files: [String: [UInt8]]) throws(FeedError) {
        self.files = Dictionary(files.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        roster = Roster(domain: "", source: "oneroster")
        try readManifest()
        try readOrgs()
        try readCourses()
        try readClasses()
        try readRoles()
        let births = try births()
        try readUsers(births, try enrollments())
    }

    // MARK: What there is

    private mutating func readManifest() throws(FeedError) {
        guard let bytes = files["manifest.csv"] else { throw .unreadable("manifest.csv is missing") }
        var properties: [String: String] = [:]
        for row in try OneRosterTable("manifest.csv", bytes).rows { properties[row["propertyName"]] = row["value"] }
        let version = properties["oneroster.version"] ?? ""
        guard version == "1.2" else { throw .unreadable("manifest.csv: oneroster.version is “\(version)”, not 1.2") }
        for (name, mode) in properties where name.hasPrefix("file.") {
            modes[name.dropFirst(5).lowercased()] = mode.lowercased()
        }
        for (name, mode) in modes.sorted(by: { $0.key < $1.key }) where mode == "delta" {
            throw .unreadable("file.\(name) is a delta: only deliveries of everything (bulk) are taken")
        }
        let name = properties["source.systemCode"] ?? properties["source.systemName"] ?? ""
        let plain = LoginRule.base(given: String(name.prefix(40)), family: "")
        roster.domain = "oneroster-" + (plain == "personne" ? "feed" : plain)
    }

    /// Nil for a file that the manifest says is absent. - Throws: for one that is announced and not there.
    private mutating func table(_ name: String, isNeeded: Bool) throws(FeedError) -> OneRosterTable? {
        let file = name.lowercased() + ".csv"
        guard modes[name.lowercased()] == "bulk" else {
            if isNeeded { throw .unreadable("the manifest has no file.\(name) in bulk") }
            return nil
        }
        guard let bytes = files[file] else {
            if isNeeded { throw .unreadable("\(file) is announced and missing") }
            roster.report(.missingFile, "announced by the manifest and missing: nobody counts as gone", file: file)
            roster.isComplete = false
            return nil
        }
        return try OneRosterTable(file, bytes)
    }

    private mutating func readOrgs() throws(FeedError) {
        guard let table = try table("orgs", isNeeded: true) else { return }
        for row in table.rows where row["type"] == "school" {
            let (key, uai) = (row["sourcedId"], row["identifier"].uppercased())
            guard AAFInterpreter.isKey(key) else {
                roster.report(
                    .wrongKey, "an identifier of letters, digits, dashes and dots is expected", file: table.name,
                    line: row.line, column: "sourcedId")
                continue
            }
            guard uai.utf8.count == 8 else {
                roster.report(
                    .badUAI, "a school without a UAI as its identifier", file: table.name, line: row.line,
                    column: "identifier", key: key)
                continue
            }
            var structure = FeedStructure(key: key)
            structure.uai = uai
            structure.name = AAFValues.name(String(row["name"].prefix(150))) ?? uai
            structure.type = structure.name
            roster.structures.append(structure)
            schools.insert(key)
        }
    }

    private mutating func readCourses() throws(FeedError) {
        guard let table = try table("courses", isNeeded: false) else { return }
        for row in table.rows {
            guard let name = AAFValues.name(String(row["title"].prefix(200))) else { continue }
            let code = row["courseCode"].isEmpty ? row["sourcedId"] : row["courseCode"]
            guard !row["sourcedId"].isEmpty, (1...60).contains(code.utf8.count) else { continue }
            subjects[row["sourcedId"]] = code
            roster.subjects.append(FeedSubject(code: code, name: name))
        }
    }

    private mutating func readClasses() throws(FeedError) {
        guard let table = try table("classes", isNeeded: true) else { return }
        for row in table.rows {
            let (key, structure) = (row["sourcedId"], row["schoolSourcedId"])
            guard AAFInterpreter.isKey(key) else {
                roster.report(
                    .wrongKey, "an identifier of letters, digits, dashes and dots is expected", file: table.name,
                    line: row.line, column: "sourcedId")
                continue
            }
            guard schools.contains(structure) else {
                roster.report(
                    .unknownReference, "a class of no school of the delivery", file: table.name, line: row.line,
                    column: "schoolSourcedId", key: key)
                continue
            }
            let isHomeroom = row["classType"] == "homeroom"
            let title = AAFValues.name(String(row["title"].prefix(60))) ?? key
            classes[key] = SchoolClass(
                structure: structure, kind: isHomeroom ? .klass : .group, code: key, label: title,
                subject: isHomeroom ? nil : subjects[row["courseSourcedId"]],
                level: String((row.list("grades").first ?? "").prefix(10)))
        }
    }

    private mutating func readRoles() throws(FeedError) {
        guard let table = try table("roles", isNeeded: true) else { return }
        for row in table.rows {
            roles[row["userSourcedId"], default: []].append(
                UserRole(role: row["role"], isPrimary: row["roleType"] == "primary", org: row["orgSourcedId"]))
        }
    }

    private mutating func births() throws(FeedError) -> [String: CivilDate] {
        guard let table = try table("demographics", isNeeded: false) else { return [:] }
        var births: [String: CivilDate] = [:]
        for row in table.rows where !row["birthDate"].isEmpty {
            if let date = CivilDate(row["birthDate"]) {
                births[row["sourcedId"]] = date
            } else {
                roster.report(
                    .badValue, "no day: expected yyyy-mm-dd", file: table.name, line: row.line, column: "birthDate")
            }
        }
        return births
    }

    private mutating func enrollments() throws(FeedError) -> [String: [FeedPerson.Place]] {
        guard let table = try table("enrollments", isNeeded: true) else { return [:] }
        var places: [String: [FeedPerson.Place]] = [:]
        for row in table.rows {
            guard let here = classes[row["classSourcedId"]] else {
                roster.report(
                    .unknownReference, "an enrollment in no class of the delivery", file: table.name, line: row.line,
                    column: "classSourcedId", key: row["classSourcedId"])
                continue
            }
            let part: FeedPerson.Place.Part
            switch row["role"] {
            case "student": part = .pupil
            case "teacher": part = row["primary"] == "true" && here.kind == .klass ? .mainTeacher : .teacher
            default: continue
            }
            places[row["userSourcedId"], default: []].append(
                FeedPerson.Place(
                    structure: here.structure, kind: here.kind, code: here.code,
                    label: here.label == here.code ? nil : here.label, part: part, from: CivilDate(row["beginDate"]),
                    until: CivilDate(row["endDate"])))
        }
        return places
    }

    // MARK: People

    /// Codes of functions as `AAFValues.role(ofFunction:)` knows them.
    private static let functions = [
        "teacher": "ENS", "counselor": "EDU", "aide": "AED", "proctor": "AED", "principal": "DIR",
        "siteAdministrator": "ADM", "districtAdministrator": "ADM", "systemAdministrator": "ADM",
    ]
    private static let family: Set<String> = ["parent", "guardian", "relative"]

    private static func kind(of roles: [UserRole]) -> FeedKind {
        if roles.contains(where: { $0.role == "student" }) { return .pupil }
        return !roles.isEmpty && roles.allSatisfy { family.contains($0.role) } ? .guardian : .staff
    }

    private mutating func readUsers(
        _ births: [String: CivilDate], _ places: [String: [FeedPerson.Place]]
    ) throws(FeedError) {
        guard let table = try table("users", isNeeded: true) else { return }
        var seen: [String: Int] = [:]
        var agents: [String: [String]] = [:]
        var relatives: Set<String> = []
        var familyKeys: [String: String] = [:]
        for row in table.rows {
            // Somebody who is switched off there is not here any more.
            guard row["enabledUser"].lowercased() != "false" else { continue }
            let key = row["sourcedId"]
            guard AAFInterpreter.isKey(key), key.utf8.count <= 52 else {
                roster.report(
                    .wrongKey, "an identifier of letters, digits, dashes and dots is expected", file: table.name,
                    line: row.line, column: "sourcedId")
                // Their roles name the same unreadable identifier.
                roster.reject(OneRosterFeed.kind(of: roles[key] ?? []), key: nil)
                continue
            }
            if let line = seen[key] {
                roster.report(
                    .duplicateKey, "the same person as on line \(line)", file: table.name, line: row.line, key: key)
                continue
            }
            seen[key] = row.line
            let own = roles[key] ?? []
            let isFamily = own.contains { OneRosterFeed.family.contains($0.role) }
            let isElse = own.contains { !OneRosterFeed.family.contains($0.role) }
            if isFamily {
                // A teacher who is a parent is two people, made one by somebody who knows.
                let familyKey = isElse ? key + ".parent" : key
                familyKeys[key] = familyKey
                if !own.contains(where: { $0.role == "parent" || $0.role == "guardian" }) { relatives.insert(key) }
                if let guardian = person(row, familyKey, .guardian, table) { roster.people.append(guardian) }
            }
            for agent in row.list("agentSourcedIds") {
                let isPupil = own.contains { $0.role == "student" }
                if isPupil { agents[key, default: []].append(agent) } else { agents[agent, default: []].append(key) }
            }
            guard isElse || !isFamily else { continue }
            add(row, key, own, births[key], places[key] ?? [], table)
        }
        link(agents, familyKeys, relatives)
    }

    private mutating func person(
        _ row: OneRosterTable.Row, _ key: String, _ kind: FeedKind, _ table: OneRosterTable
    ) -> FeedPerson? {
        var person = FeedPerson(kind: kind, key: key)
        person.familyName = AAFValues.name(String(row["familyName"].prefix(60))) ?? ""
        person.givenName = AAFValues.name(String(row["givenName"].prefix(60))) ?? ""
        guard !person.familyName.isEmpty, !person.givenName.isEmpty else {
            roster.report(
                .missingField, "no name", file: table.name, line: row.line,
                column: person.familyName.isEmpty ? "familyName" : "givenName", key: key)
            roster.reject(kind, key: key)
            return nil
        }
        for (name, column) in [("email", "email"), ("mobile", "sms"), ("home_phone", "phone")]
        where !row[column].isEmpty { person.details[name] = String(row[column].prefix(200)) }
        return person
    }

    private mutating func add(
        _ row: OneRosterTable.Row, _ key: String, _ own: [UserRole], _ birth: CivilDate?,
        _ places: [FeedPerson.Place], _ table: OneRosterTable
    ) {
        let isPupil = own.contains { $0.role == "student" }
        let kind: FeedKind = isPupil ? .pupil : .staff
        guard var person = person(row, key, kind, table) else { return }
        person.birthDate = birth
        let orgs = own.sorted { $0.isPrimary && !$1.isPrimary }.map(\.org) + [row["primaryOrgSourcedId"]]
        let primary = [row["primaryOrgSourcedId"]].filter(schools.contains)
        guard let structure = primary.first ?? orgs.first(where: schools.contains) else {
            roster.report(
                .unknownReference, "somebody of no school of the delivery", file: table.name, line: row.line,
                column: "primaryOrgSourcedId", key: key)
            roster.reject(kind, key: key)
            return
        }
        person.structure = structure
        person.places = places.filter { isPupil == ($0.part == .pupil) }
        if isPupil {
            person.level = row.list("grades").first.map { String($0.prefix(10)) } ?? ""
            if person.level.isEmpty, let home = person.places.first(where: { $0.kind == .klass }) {
                person.level = classes[home.code]?.level ?? ""
            }
        } else {
            for role in own where schools.contains(role.org) && !OneRosterFeed.family.contains(role.role) {
                guard let code = OneRosterFeed.functions[role.role] else {
                    roster.report(
                        .unknownFunction, "the role \(role.role.prefix(40)) is none of the standard's: staff",
                        file: "roles.csv", key: key)
                    continue
                }
                person.functions.append(
                    FeedPerson.Function(structure: role.org, code: code, label: role.role, discipline: ""))
            }
            person.otherStructures = [structure]
            for place in person.places {
                guard let subject = classes[place.code]?.subject else { continue }
                person.assignments.append(
                    FeedPerson.Assignment(
                        structure: place.structure, kind: place.kind, code: place.code, subject: subject))
            }
        }
        roster.people.append(person)
    }

    /// Pupils with those who answer for them, in the order of the file.
    private mutating func link(
        _ agents: [String: [String]], _ familyKeys: [String: String], _ relatives: Set<String>
    ) {
        for index in roster.people.indices where roster.people[index].kind == .pupil {
            let key = roster.people[index].key
            for agent in agents[key] ?? [] {
                guard let guardian = familyKeys[agent] else {
                    roster.report(
                        .unknownReference, "somebody who answers for a pupil and is no guardian of the delivery",
                        file: "users.csv", column: "agentSourcedIds", key: key)
                    continue
                }
                guard !roster.people[index].links.contains(where: { $0.guardian == guardian }) else { continue }
                roster.people[index].links.append(
                    FeedPerson.Link(guardian: guardian, kinship: 90, level: relatives.contains(agent) ? 0 : 1))
            }
        }
    }
}
