import Foundation
import Runtime
import Tenancy
import TestSupport
import Testing

@testable import Control

/// OneRoster 1.2: pure, without servers.
struct OneRosterTests {
    static let manifest = """
        propertyName,value
        manifest.version,1.0
        oneroster.version,1.2
        file.orgs,bulk
        file.users,bulk
        file.roles,bulk
        file.classes,bulk
        file.courses,bulk
        file.enrollments,bulk
        file.demographics,absent
        source.systemName,Annuaire
        source.systemCode,annuaire-fictif
        """

    static let files: [String: String] = [
        "manifest.csv": manifest,
        "orgs.csv": #"""
        sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
        d1,,,Val-Fictif,district,94,
        s1,,,"Collège ""Fictif""",school,0770001H,d1
        s2,,,École sans code,school,,d1
        """#,
        "courses.csv": """
        sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
        c1,,,,Mathématiques,MATHS,,s1,,
        """,
        "classes.csv": """
        sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
        k1,,,6e A,6e,c0,,homeroom,,s1,,,,
        k1.MATHS,,,6e A · Maths,6e,c1,,scheduled,,s1,,,,
        """,
        "users.csv": """
        sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
        u1,,,true,,,Élève,Inventé,,,,,,"u2,u3,u9",6e,,,,,,,s1,
        u2,,,true,,,Mère,Inventée,,,m@x.invalid,,,,,,,,,,,s1,
        u3,,,true,,,Oncle,Inventé,,,,,,,,,,,,,,s1,
        u4,,,true,,,Prof,Inventée,,,,,,,,,,,,,,s1,
        u5,,,false,,,Partie,Inventée,,,,,,,,,,,,,,s1,
        u6,,,true,,,,Anonyme,,,,,,,,,,,,,,s1,
        u7,,,true,,,Ailleurs,Inventé,,,,,,,,,,,,,,s7,
        """,
        "roles.csv": """
        sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId
        r1,,,u1,primary,student,,,s1,
        r2,,,u2,primary,guardian,,,s1,
        r3,,,u3,primary,relative,,,s1,
        r4,,,u4,primary,teacher,,,s1,
        r4b,,,u4,secondary,parent,,,s1,
        r5,,,u5,primary,teacher,,,s1,
        r6,,,u6,primary,student,,,s1,
        r7,,,u7,primary,principal,,,s7,
        """,
        "enrollments.csv": """
        sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
        e1,,,k1,s1,u1,student,false,2026-09-01,
        e2,,,k1.MATHS,s1,u1,student,false,,
        e3,,,k1,s1,u4,teacher,true,,
        e4,,,k1.MATHS,s1,u4,teacher,true,,
        e5,,,nowhere,s1,u1,student,false,,
        """,
    ]

    static func roster(_ change: (inout [String: String]) -> Void = { _ in }) throws -> Roster {
        var files = files
        change(&files)
        return try OneRosterFeed(files.mapValues { Array($0.utf8) }).roster
    }

    @Test func everybodyIsReadWithTheirSchool() throws {
        let roster = try OneRosterTests.roster()
        #expect(roster.domain == "oneroster-annuaire-fictif")
        #expect(roster.structures.map(\.uai) == ["0770001H"])
        #expect(roster.structures.first?.name == "Collège \"Fictif\"")
        #expect(roster.subjects == [FeedSubject(code: "MATHS", name: "Mathématiques")])
        #expect(roster.people.map(\.key).sorted() == ["u1", "u2", "u3", "u4", "u4.parent"])
        let named = Dictionary(roster.people.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        let pupil = try #require(named["u1"])
        #expect(pupil.level == "6e" && pupil.structure == "s1")
        #expect(pupil.links.map(\.guardian) == ["u2", "u3"])
        #expect(pupil.links.map(\.level) == [1, 0])
        #expect(pupil.places.map(\.kind) == [.klass, .group])
        #expect(pupil.places.first?.from == CivilDate("2026-09-01"))
        let teacher = try #require(named["u4"])
        #expect(teacher.places.map(\.part) == [.mainTeacher, .teacher])
        #expect(teacher.assignments.map(\.subject) == ["MATHS"])
        #expect(StageWriter.role(of: teacher, in: "s1") == .teacher)
        #expect(roster.rejected == [.pupil: 1, .staff: 1])
        let codes = Set(roster.anomalies.list.map(\.code))
        #expect(codes == [.badUAI, .missingField, .unknownReference])
    }

    @Test func whatCannotBeTakenIsRefused() throws {
        func refusal(_ change: (inout [String: String]) -> Void) -> String {
            do {
                _ = try OneRosterTests.roster(change)
                return ""
            } catch { return "\(error)" }
        }
        let old = OneRosterTests.manifest.replacing("version,1.2", with: "version,1.1")
        let delta = OneRosterTests.manifest.replacing("file.users,bulk", with: "file.users,delta")
        let cases: [(file: String, content: String?, reason: String)] = [
            ("manifest.csv", nil, "manifest.csv is missing"), ("manifest.csv", old, "not 1.2"),
            ("manifest.csv", delta, "delta"), ("users.csv", nil, "announced and missing"),
            ("users.csv", "sourcedId,givenName\nu1,X", "familyName"), ("users.csv", "\"never closed", "never closed"),
            ("users.csv", "sourcedId\0", "NUL"),
        ]
        for each in cases {
            let reason = refusal { $0[each.file] = each.content }
            #expect(reason.contains(each.reason), "\(reason)")
        }
    }

    /// A file that is announced and missing says nothing about anybody: nobody counts as gone.
    @Test func whatIsMissingEndsNobody() throws {
        let roster = try OneRosterTests.roster { $0["courses.csv"] = nil }
        #expect(!roster.isComplete)
        #expect(roster.anomalies.count(of: .missingFile) == 1)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let day = try #require(CivilDate("2026-09-01"))
        func person(_ id: String, _ role: String, _ given: String) -> OneRosterExport.Person {
            OneRosterExport.Person(
                id: id, role: role, givenName: given, familyName: "D'Invention, \"fils\"", email: "", login: "l.\(id)",
                guardians: role == "pupil" ? ["g1"] : [], level: role == "pupil" ? "6e" : "")
        }
        let export = OneRosterExport(
            school: OneRosterExport.School(
                uai: "0770001H", name: "Collège fictif", district: ("val-fictif", "Val-Fictif"),
                year: (2026, day, day + 300)),
            people: [person("p1", "pupil", "Été"), person("g1", "guardian", "Mère"), person("t1", "teacher", "Prof")],
            groups: [OneRosterExport.Group(id: "k1", isClass: true, name: "6e A", level: "6e")],
            members: [
                OneRosterExport.Member(group: "k1", person: "p1", part: "pupil", from: day, until: nil),
                OneRosterExport.Member(group: "k1", person: "t1", part: "main_teacher", from: day, until: nil),
            ],
            teachings: [OneRosterExport.Teaching(group: "k1", person: "t1", code: "MATHS", subject: "Mathématiques")])
        let folder = FileManager.default.temporaryDirectory.path + "/preau-oneroster-\(Foundation.UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(export.archive()).write(to: URL(fileURLWithPath: folder + "/out.zip"))
        // An unzip that is not ours.
        _ = try TestShell.run(["/usr/bin/python3", "-m", "zipfile", "-t", folder + "/out.zip"])
        _ = try TestShell.run(["/usr/bin/python3", "-m", "zipfile", "-e", folder + "/out.zip", folder])
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".csv") {
            files[name] = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
        }
        #expect(Set(files.keys) == Set(OneRosterFormat.columns.keys).union(["manifest.csv"]))
        let roster = try OneRosterFeed(files).roster
        #expect(roster.anomalies.list.isEmpty, "\(roster.anomalies.list)")
        #expect(roster.people.map(\.key).sorted() == ["g1", "p1", "t1"])
        #expect(Set(roster.people.map(\.familyName)) == ["D'Invention, \"fils\""])
        let named = Dictionary(roster.people.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        let pupil = try #require(named["p1"])
        #expect(pupil.links.map(\.guardian) == ["g1"] && pupil.level == "6e")
        #expect(pupil.places.map(\.code) == ["k1", "k1.MATHS"])
        let teacher = try #require(named["t1"])
        #expect(teacher.places.first?.part == .mainTeacher)
        #expect(teacher.assignments.map(\.subject) == ["MATHS"])
    }
}
