internal import Glibc
internal import Runtime
internal import Tenancy

/// Writes the feed of an invented academy into a folder, as the files that the ministry delivers: the same settings give the
/// same bytes. Only one record is in memory at a time.
package struct AAFGenerator {
    /// What was written.
    package struct Summary: Sendable {
        package var files = 0
        package var bytes = 0
        package var pupils = 0
        package var guardians = 0
        package var contacts = 0
        package var staff = 0
        package var establishments = 0
    }

    private let settings: GeneratorSettings
    private let academy: InventedAcademy
    private var summary = Summary()

    package init(_ settings: GeneratorSettings) {
        self.settings = settings
        academy = InventedAcademy(settings)
    }

    /// - Parameters:
    ///   - folder: made when it is not there.
    ///   - progress: told of 0 to 1 now and then.
    package mutating func write(to folder: String, progress: (Double) -> Void) throws -> Summary {
        guard mkdir(folder, 0o750) == 0 || errno == EEXIST else { throw GeneratorError.unwritable(folder, errno) }
        let format = settings.degree == .second ? "ENT2DVA" : "ENT1D"
        let prefix = "\(format)_\(academy.school(0).uai)_\(settings.isDelta ? "Delta" : "Complet")_\(settings.date)_"
        let files = AAFFileWriter(folder: folder, prefix: prefix, settings: settings)
        if !settings.isDelta {
            try writeStructures(files)
            if settings.degree == .second { try writeNomenclatures(files) }
        }
        try files.begin(.pupils)
        let writer = self
        try eachPupil(progress, 0, 0.5) { summary, pupil in try writer.writePupil(pupil, files, &summary) }
        if settings.hasOddities, !settings.isDelta { try writeOddities(files) }
        try files.begin(.guardians)
        try writeGuardians(files, progress)
        try files.begin(.staff)
        try writeStaff(files, progress)
        try files.end()
        progress(1)
        summary.files = files.files
        summary.bytes = files.bytes
        return summary
    }

    private var day: Int { settings.day }

    // MARK: Establishments

    private mutating func writeStructures(_ files: AAFFileWriter) throws {
        try files.begin(.structures)
        for number in 0..<academy.schools {
            let school = academy.school(number)
            let classes = academy.classes(of: number)
            let isSecond = settings.degree == .second
            let settings = settings
            try files.add { record in
                record.request(.whole, .structure, school.key) { record in
                    record.attribute(.structureKey, school.key)
                    record.attribute(.structureUAI, school.uai.rawValue)
                    record.attribute(
                        .structureName, (isSecond ? "COLLEGE$" : "ECOLE$") + school.name + "$" + school.town)
                    record.attribute(.structureType, isSecond ? "COLLEGE" : "ECOLE DE NIVEAU ELEMENTAIRE")
                    record.attribute(.contract, "PU")
                    record.attribute(.structureAcademyCode, settings.academy)
                    if isSecond {
                        record.attribute(.street, "1 PLACE DE L'ECOLE INVENTEE")
                        record.attribute(.structurePostalCode, settings.department + "999")
                        record.attribute(.structureCity, school.town)
                        record.attribute(.structurePhone, "0199000000")
                        record.attribute(.structureClasses, classes.map { "\($0.code)$\($0.level)EME \($0.code)" })
                        record.attribute(
                            .structureGroups,
                            classes.flatMap { one in ["ESP", "ALL"].map { "\(one.level)\($0)$LV2$\(one.code)" } })
                    } else {
                        record.attribute(.structureCity1D, school.town)
                    }
                }
            }
        }
        summary.establishments = academy.schools
    }

    private func writeNomenclatures(_ files: AAFFileWriter) throws {
        try files.begin(.subjects)
        for (code, name) in InventedAcademy.subjects {
            try files.add { record in
                record.request(.whole, .subject, code) { record in
                    record.attribute(.subjectKey, code)
                    record.attribute(.subjectName, name)
                }
            }
        }
        try files.begin(.programmes)
        for level in ["6", "5", "4", "3"] {
            try files.add { record in
                record.request(.whole, .programme, "1001000\(level)110") { record in
                    record.attribute(.programmeKey, "1001000\(level)110")
                    record.attribute(.programmeLabel, "\(level)EME")
                }
            }
        }
    }

    // MARK: Pupils

    private mutating func eachPupil(
        _ progress: (Double) -> Void, _ from: Double, _ to: Double, _ body: (inout Summary, Int) throws -> Void
    ) throws {
        for number in 0..<academy.pupils {
            if number % 5000 == 0 { progress(from + (to - from) * Double(number) / Double(academy.pupils)) }
            try body(&summary, number)
        }
    }

    private func writePupil(_ number: Int, _ files: AAFFileWriter, _ summary: inout Summary) throws {
        let isHere = academy.isPresent(pupil: number, on: day)
        guard settings.isDelta else {
            guard isHere else { return }
            summary.pupils += 1
            return try addWhole(number, files)
        }
        let wasHere = academy.isPresent(pupil: number, on: day - 1)
        if isHere, !wasHere {
            summary.pupils += 1
            try addWhole(number, files)
        } else if wasHere, !isHere {
            summary.pupils += 1
            try files.add { $0.request(.remove, .pupil, academy.pupil(number, on: day).key) { _ in } }
        } else if isHere, academy.pupil(number, on: day).classIndex != academy.pupil(number, on: day - 1).classIndex {
            summary.pupils += 1
            let pupil = academy.pupil(number, on: day)
            try files.add { record in
                record.request(.change, .pupil, pupil.key) { record in
                    for (attribute, values) in self.places(of: pupil) {
                        record.attribute(attribute, values, changing: true)
                    }
                }
            }
        }
    }

    private func places(of pupil: InventedAcademy.Pupil) -> [(AAFAttribute, [String])] {
        let school = academy.school(pupil.school)
        let own = academy.classes(of: pupil.school)[pupil.classIndex]
        if settings.degree == .first {
            return [
                (.classes1D, ["\(school.key)$11$ORDINAIRE$\(own.code)$\(own.level) de M. FICTIF \(pupil.classIndex)"])
            ]
        }
        return [
            (.pupilClasses, ["\(school.key)$\(own.code)"]),
            (.pupilGroups, ["\(school.key)$\(own.level)\(pupil.group)"]),
        ]
    }

    private func addWhole(_ number: Int, _ files: AAFFileWriter) throws {
        let pupil = academy.pupil(number, on: day)
        let school = academy.school(pupil.school)
        let own = academy.classes(of: pupil.school)[pupil.classIndex]
        let household = academy.household(pupil.family)
        let isSecond = settings.degree == .second
        let date = Self.french(pupil.birth)
        try files.add { record in
            record.request(.whole, .pupil, pupil.key) { record in
                record.attribute(.joinKey, pupil.key)
                record.attribute(.ine, Self.ine(number))
                record.attribute(.birthDate, date)
                record.attribute(.birthName, pupil.familyName)
                record.attribute(isSecond ? .familyName : .familyName1D, pupil.familyName)
                record.attribute(isSecond ? .givenName : .givenName1D, pupil.given)
                record.attribute(.otherNames, [pupil.given])
                record.attribute(isSecond ? .title : .title1D, number % 2 == 0 ? "M." : "Mme")
                record.attribute(.structure, school.key)
                if isSecond {
                    record.attribute(.isScholarshipHolder, number % 7 == 0 ? "O" : "N")
                    record.attribute(.regime, number % 3 == 0 ? "DP 4 JOURS" : "EXTERNE LIBRE")
                    record.attribute(.transport, "N")
                    record.attribute(.programme, "1001000\(own.level)110")
                    record.attribute(.programmeName, "\(own.level)EME")
                    record.attribute(.trainingLevel, "\(own.level)EME")
                    record.attribute(
                        .subjects, ["ANGLAIS LV1", pupil.group == "ESP" ? "ESPAGNOL LV2" : "ALLEMAND LV2"])
                    record.attribute(.classEntry, "\(school.key)$01/09/2026$\(own.code)")
                    record.attribute(.guardians, Self.links(pupil, household))
                } else {
                    record.attribute(.level1D, "1111$\(own.level)")
                    record.attribute(
                        .parentalAuthority,
                        (0..<household.guardians).map { academy.guardian(pupil.family, $0, on: day).key + "$\($0 + 1)" }
                    )
                }
                for (attribute, values) in places(of: pupil) { record.attribute(attribute, values) }
            }
        }
    }

    private static func links(_ pupil: InventedAcademy.Pupil, _ household: (guardians: Int, hasContact: Bool))
        -> [String]
    {
        func key(_ place: Int) -> String { String(3_000_000 + pupil.family * 3 + place) }
        var links = (0..<household.guardians).map { "\(key($0))$\($0 == 0 ? 10 : 20)$\($0 == 0 ? 1 : 0)$1$1$0" }
        if household.hasContact { links.append("\(key(2))$38$0$0$1$0") }
        return links
    }

    private static func ine(_ number: Int) -> String {
        let digits = String(number)
        return "999" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits + "X"
    }

    private static func french(_ date: CivilDate) -> String {
        let (year, month, day) = date.parts
        return (day < 10 ? "0\(day)/" : "\(day)/") + (month < 10 ? "0\(month)/" : "\(month)/") + String(year)
    }

    // MARK: Guardians

    private mutating func writeGuardians(_ files: AAFFileWriter, _ progress: (Double) -> Void) throws {
        let academy = academy
        let (day, settings) = (day, settings)
        try eachPupil(progress, 0.5, 0.9) { summary, number in
            // A family is written with its first child who is there.
            func isHere(_ pupil: Int, _ day: Int) -> Bool { academy.isPresent(pupil: pupil, on: day) }
            func isFirst(_ day: Int) -> Bool {
                let family = academy.pupil(number, on: day).family
                return isHere(number, day) && !(family != number && isHere(family, day))
            }
            let pupil = academy.pupil(number, on: day)
            let family = pupil.family
            let household = academy.household(family)
            let isNow = isFirst(day)
            let wasBefore = settings.isDelta && isFirst(day - 1)
            guard isNow || wasBefore else { return }
            var places = Array(0..<household.guardians)
            if household.hasContact, settings.degree == .second { places.append(2) }
            for place in places {
                let guardian = academy.guardian(family, place, on: day)
                if settings.isDelta, isNow, wasBefore {
                    guard guardian.phone != academy.guardian(family, place, on: day - 1).phone else { continue }
                    try files.add { record in
                        record.request(.change, .guardian, guardian.key) {
                            $0.attribute(
                                settings.degree == .second ? .homePhone : .homePhone1D, [guardian.phone], changing: true
                            )
                        }
                    }
                } else if isNow {
                    try files.add { record in
                        record.request(.whole, .guardian, guardian.key) { record in
                            Self.write(guardian, pupil.key, settings.degree, &record)
                        }
                    }
                } else if !isHere(family, day),
                    !isHere(family + 1, day) || academy.pupil(family + 1, on: day).family != family
                {
                    try files.add { $0.request(.remove, .guardian, guardian.key) { _ in } }
                } else {
                    continue
                }
                if place == 2 { summary.contacts += 1 } else { summary.guardians += 1 }
            }
        }
    }

    private static func write(
        _ guardian: InventedAcademy.Guardian, _ pupil: String, _ degree: GeneratorSettings.Degree,
        _ record: inout AAFRecordWriter
    ) {
        let isSecond = degree == .second
        record.attribute(.joinKey, guardian.key)
        record.attribute(isSecond ? .familyName : .familyName1D, guardian.familyName)
        record.attribute(isSecond ? .givenName : .givenName1D, guardian.given)
        record.attribute(isSecond ? .title : .title1D, guardian.isFirst ? "Mme" : "M.")
        record.attribute(.birthDate, "")
        record.attribute(isSecond ? .pupilsOfGuardian : .pupilsOfGuardian1D, [pupil])
        record.attribute(isSecond ? .homePhone : .homePhone1D, guardian.phone)
        record.attribute(isSecond ? .email : .email1D, guardian.mail ?? "")
        record.attribute(.address, "12 RUE DES LICORNES$$$")
        record.attribute(.postalCode, "77999")
        record.attribute(.city, "BRUMEVILLE")
        record.attribute(.country, "FRANCE")
        record.attribute(.addressMayBeShared, guardian.isFirst ? "O" : "N")
    }

    // MARK: Staff

    private mutating func writeStaff(_ files: AAFFileWriter, _ progress: (Double) -> Void) throws {
        let all = academy.schools * academy.staffPerSchool
        for number in 0..<all {
            if number % 2000 == 0 { progress(0.9 + 0.1 * Double(number) / Double(all)) }
            let isHere = academy.isPresent(staff: number, on: day)
            let wasHere = settings.isDelta && academy.isPresent(staff: number, on: day - 1)
            guard isHere != wasHere else { continue }
            summary.staff += 1
            let staff = academy.staff(number, on: day)
            if !isHere {
                try files.add { $0.request(.remove, .staff, staff.key) { _ in } }
                continue
            }
            try files.add { record in
                record.request(.whole, .staff, staff.key) { record in self.write(staff, &record) }
            }
        }
    }

    private func write(_ staff: InventedAcademy.Staff, _ record: inout AAFRecordWriter) {
        let isSecond = settings.degree == .second
        let school = academy.school(staff.school)
        let subject = InventedAcademy.subjects[staff.subject]
        let classes = academy.classes(of: staff.school)
        record.attribute(.joinKey, staff.key)
        record.attribute(isSecond ? .familyName : .familyName1D, staff.familyName)
        record.attribute(isSecond ? .givenName : .givenName1D, staff.given)
        record.attribute(isSecond ? .title : .title1D, staff.place % 2 == 0 ? "M." : "Mme")
        record.attribute(isSecond ? .email : .email1D, staff.mail)
        record.attribute(.structure, school.key)
        var functions = [
            "\(school.key)$\(staff.function.code)$\(staff.function.name)$L0\(staff.subject)00$\(subject.name)"
        ]
        if let other = staff.otherSchool {
            functions.append("\(academy.school(other).key)$ENS$ENSEIGNEMENT$L0\(staff.subject)00$\(subject.name)")
        }
        record.attribute(.functions, functions)
        record.attribute(.isTeacher, staff.function.code == "ENS" ? "O" : "N")
        record.attribute(.facesPupils, staff.function.code == "ENS" ? "O" : "N")
        guard isSecond, staff.function.code == "ENS" else { return }
        let codes = staff.classes.map { "\(school.key)$\(classes[$0].code)" }
        record.attribute(.disciplines, ["\(subject.name)$L0\(staff.subject)00"])
        record.attribute(.teacherClasses, codes)
        record.attribute(.classSubjects, codes.map { "\($0)$\(subject.code)" })
        record.attribute(
            .mainTeacherOf, staff.place - 4 < classes.count ? ["\(school.key)$\(classes[staff.place - 4].code)"] : [])
    }

    // MARK: Oddities

    /// What real deliveries have: a key that is another's, a name that is missing, a dead reference, a date that is no day.
    private func writeOddities(_ files: AAFFileWriter) throws {
        let school = academy.school(0)
        func pupil(
            _ id: String, inside: String? = nil, name: String = "BANCAL", structure: String? = nil,
            birth: String = "01/02/2014"
        ) throws {
            try files.add { record in
                record.request(.whole, .pupil, id) { record in
                    record.attribute(.joinKey, inside ?? id)
                    record.attribute(settings.degree == .second ? .familyName : .familyName1D, name)
                    record.attribute(settings.degree == .second ? .givenName : .givenName1D, "Essai")
                    record.attribute(.birthDate, birth)
                    record.attribute(.structure, structure ?? school.key)
                    record.attribute(.guardians, ["9999999$10$1$1$1$0"])
                }
            }
        }
        try pupil("8000001", inside: "8000002")
        try pupil("8000003", name: "")
        try pupil("8000004", structure: "999999")
        try pupil("8000005", birth: "31/02/2014")
        try pupil("8000006")
        try pupil("8000006", name: "DOUBLE")
    }
}
