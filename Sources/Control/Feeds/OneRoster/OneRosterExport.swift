internal import Archive
internal import Runtime

/// A school as the files of a OneRoster 1.2 delivery of everything. Pure.
///
/// A class is a homeroom; a class or group that is taught a subject is a scheduled class beside it, so that who teaches what to
/// whom is not lost. No password, national number, date of birth or address leaves.
struct OneRosterExport {
    struct School {
        let uai: String
        let name: String
        /// Its territory: a district.
        let district: (id: String, name: String)
        let year: (number: Int, starts: CivilDate, ends: CivilDate)
    }

    struct Person {
        let id: String
        /// As `Role` writes it.
        let role: String
        let givenName: String
        let familyName: String
        let email: String
        var login = ""
        /// Those who answer for a pupil and see the pupil's data.
        var guardians: [String] = []
        var level = ""
    }

    struct Group {
        let id: String
        let isClass: Bool
        let name: String
        let level: String
    }

    struct Member {
        let group: String
        let person: String
        /// As `membership.role`.
        let part: String
        let from: CivilDate
        let until: CivilDate?
    }

    struct Teaching {
        let group: String
        let person: String
        let code: String
        let subject: String
    }

    let school: School
    var people: [Person]
    let groups: [Group]
    let members: [Member]
    let teachings: [Teaching]

    /// The archive, flat, as the standard asks for.
    func archive() throws(ArchiveError) -> [UInt8] {
        let zip = try ArchiveWriter()
        try zip.add("manifest.csv", OneRosterExport.table(["propertyName", "value"], manifest))
        for (name, columns) in OneRosterFormat.columns.sorted(by: { $0.key < $1.key }) {
            try zip.add(name, OneRosterExport.table(columns, rows(name)))
        }
        return try zip.finish()
    }

    private var manifest: [[String]] {
        [["manifest.version", "1.0"], ["oneroster.version", "1.2"]]
            + OneRosterFormat.files.map { name in
                ["file.\(name)", OneRosterFormat.columns[name + ".csv"] == nil ? "absent" : "bulk"]
            } + [["source.systemName", "Préau"], ["source.systemCode", "preau-\(school.uai.lowercased())"]]
    }

    // MARK: Rows

    private var term: String { "year-\(school.year.number)" }
    private var homeroomCourse: String { "\(school.uai)-homeroom" }

    private func course(_ code: String) -> String { "\(school.uai)-\(code)" }

    /// A class and a subject that it is taught.
    private struct Section: Hashable {
        let group: String
        let code: String

        var id: String { "\(group).\(code)" }
    }

    private var sections: [Section] {
        var seen: Set<Section> = []
        return teachings.map { Section(group: $0.group, code: $0.code) }.filter { seen.insert($0).inserted }
    }

    private func rows(_ file: String) -> [[String]] {
        // A delivery of everything has neither status nor date.
        let rows: [[String]] =
            switch file {
            case "academicSessions.csv":
                [
                    [
                        term, "\(school.year.number)-\(school.year.number + 1)", "schoolYear",
                        school.year.starts.description, school.year.ends.description, "",
                        String(school.year.number + 1),
                    ]
                ]
            case "orgs.csv":
                [
                    [school.district.id, school.district.name, "district", school.district.id, ""],
                    [school.uai, school.name, "school", school.uai, school.district.id],
                ]
            case "courses.csv": courses
            case "classes.csv": classes
            case "users.csv": people.map(user)
            case "roles.csv":
                people.map { person in
                    [
                        "role-\(person.id)", person.id, "primary", OneRosterExport.role(person.role), "", "",
                        school.uai, person.login.isEmpty ? "" : "login-\(person.id)",
                    ]
                }
            case "enrollments.csv": enrollments
            default:
                people.filter { !$0.login.isEmpty }.map { person in
                    [
                        "login-\(person.id)", person.id, "account", "preau", "preau", "Préau", "login", person.login,
                        "",
                    ]
                }
            }
        return rows.map { [$0[0], "", ""] + $0.dropFirst() }
    }

    private var courses: [[String]] {
        var names: [String: String] = [:]
        for teaching in teachings { names[teaching.code] = teaching.subject }
        return [[homeroomCourse, term, "Vie de classe", homeroomCourse, "", school.uai, "", ""]]
            + names.sorted { $0.key < $1.key }.map { code, name in
                [course(code), term, name, code, "", school.uai, name, code]
            }
    }

    private var classes: [[String]] {
        let own = groups.map { group in
            [
                group.id, group.name, group.level, homeroomCourse, group.name, group.isClass ? "homeroom" : "scheduled",
                "", school.uai, term, "", "", "",
            ]
        }
        let byID = Dictionary(groups.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let subjects = Dictionary(teachings.map { ($0.code, $0.subject) }, uniquingKeysWith: { $1 })
        let taught = sections.compactMap { section in
            byID[section.group].map { group in
                [
                    section.id, "\(group.name) · \(subjects[section.code] ?? section.code)", group.level,
                    course(section.code), "\(group.name)-\(section.code)", "scheduled", "", school.uai, term,
                    subjects[section.code] ?? "", section.code, "",
                ]
            }
        }
        return own + taught
    }

    private func user(_ person: Person) -> [String] {
        [
            person.id, "true", person.login, "", person.givenName, person.familyName, "", "", person.email, "", "",
            person.guardians.joined(separator: ","), person.level, "", "", "", "", "", "", school.uai, "",
        ]
    }

    private var enrollments: [[String]] {
        func row(_ group: String, _ person: String, _ role: String, _ isMain: Bool, _ from: String, _ until: String)
            -> [String]
        {
            [
                "\(group)-\(person)", group, school.uai, person, role, role == "teacher" ? String(isMain) : "false",
                from, until,
            ]
        }
        var rows: [[String]] = []
        var pupils: [String: [Member]] = [:]
        for member in members {
            let isPupil = member.part == "pupil"
            if isPupil { pupils[member.group, default: []].append(member) }
            rows.append(
                row(
                    member.group, member.person, isPupil ? "student" : "teacher", member.part == "main_teacher",
                    member.from.description, member.until?.description ?? ""))
        }
        for section in sections {
            for member in pupils[section.group] ?? [] {
                rows.append(
                    row(
                        section.id, member.person, "student", false, member.from.description,
                        member.until?.description ?? ""))
            }
            for teaching in teachings where teaching.group == section.group && teaching.code == section.code {
                rows.append(row(section.id, teaching.person, "teacher", true, "", ""))
            }
        }
        return rows
    }

    private static func role(_ role: String) -> String {
        switch role {
        case "pupil": "student"
        case "guardian": "guardian"
        case "teacher": "teacher"
        case "head": "principal"
        case "school_life": "counselor"
        default: "aide"
        }
    }

    /// RFC 4180: commas, quotes where they are needed, UTF-8 without a mark.
    static func table(_ columns: [String], _ rows: [[String]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for fields in [columns] + rows {
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                let isPlain = !field.utf8.contains { [0x2c, 0x22, 0x0a, 0x0d].contains($0) }
                if isPlain {
                    bytes.append(contentsOf: field.utf8)
                    continue
                }
                bytes.append(UInt8(ascii: "\""))
                for byte in field.utf8 {
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                    bytes.append(byte)
                }
                bytes.append(UInt8(ascii: "\""))
            }
            bytes.append(contentsOf: "\r\n".utf8)
        }
        return bytes
    }
}
