internal import Runtime
internal import Tenancy

/// An academy that does not exist: every record is worked out from its number, so that any part of it can be written without
/// the rest being in memory.
struct InventedAcademy {
    let settings: GeneratorSettings
    let schools: Int
    let pupils: Int
    let staffPerSchool: Int
    let classesPerSchool: Int

    /// Keys count from here, as those of a real academy do not begin at 1 either.
    private static let schoolKeys = 4000
    private static let pupilKeys = 1_000_000
    private static let guardianKeys = 3_000_000
    private static let staffKeys = 50_000
    private static let pupilsPerClass = 26

    init(_ settings: GeneratorSettings) {
        self.settings = settings
        // Of ten people about four are pupils: 1.3 guardians each, one adult of the school for twelve.
        let all = max(1, settings.people * 100 / 238)
        schools = max(1, max(settings.uais.count, (all + settings.schoolSize / 2) / settings.schoolSize))
        pupils = max(schools, all)
        staffPerSchool = max(4, pupils / schools / 12)
        classesPerSchool = max(
            settings.degree == .second ? 4 : 5, (pupils / schools + Self.pupilsPerClass - 1) / Self.pupilsPerClass)
    }

    // MARK: Schools

    struct School {
        let number: Int
        let key: String
        let uai: UAI
        let name: String
        let town: String
    }

    func school(_ number: Int) -> School {
        var draw = Draw(settings.seed, 1, number)
        let prefix =
            switch settings.department {
            case "2A": 620
            case "2B": 720
            default: Int(settings.department) ?? 77
            }
        // The numbers from 8000 on are given to nobody.
        let uai =
            number < settings.uais.count
            ? settings.uais[number] : UAI(number: prefix * 10_000 + 8000 + number % 2000) ?? settings.uais.first
        return School(
            number: number, key: String(Self.schoolKeys + number), uai: uai ?? Self.nowhere,
            name: InventedNames.school(&draw), town: draw.pick(InventedNames.towns))
    }

    private static let nowhere: UAI =
        UAI(number: 0) ?? UAI(rawValue: "0000000A") ?? { preconditionFailure("a constant") }()

    /// Codes of the classes, level by level.
    func classes(of school: Int) -> [(code: String, level: String)] {
        let levels = settings.degree == .second ? ["6", "5", "4", "3"] : ["CP", "CE1", "CE2", "CM1", "CM2"]
        var list: [(String, String)] = []
        for index in 0..<classesPerSchool {
            let level = levels[index % levels.count]
            let letter = index / levels.count
            let name = letter < 26 ? String(UnicodeScalar(UInt8(65 + letter))) : "Z\(letter)"
            list.append((settings.degree == .second ? level + name : String(70_000 + school * 100 + index), level))
        }
        return list
    }

    static let subjects: [(code: String, name: String)] = [
        ("020700", "FRANCAIS"), ("061300", "MATHEMATIQUES"), ("043700", "HISTOIRE-GEOGRAPHIE"),
        ("030201", "ANGLAIS LV1"),
        ("030602", "ESPAGNOL LV2"), ("030102", "ALLEMAND LV2"), ("062900", "SCIENCES DE LA VIE ET DE LA TERRE"),
        ("062300", "PHYSIQUE-CHIMIE"), ("070800", "TECHNOLOGIE"), ("090100", "ARTS PLASTIQUES"),
        ("081300", "EDUCATION MUSICALE"), ("100100", "EDUCATION PHYSIQUE ET SPORTIVE"),
    ]

    // MARK: People

    struct Pupil {
        let number: Int
        let key: String
        let school: Int
        let classIndex: Int
        let group: String
        let family: Int
        let given: String
        let familyName: String
        let birth: CivilDate
        let isChanged: Bool
    }

    /// Siblings are next to each other: three families of ten have two children here.
    private func family(of pupil: Int) -> Int {
        var draw = Draw(settings.seed, 2, pupil / 2)
        return pupil % 2 == 1 && draw.chance(30) ? pupil - 1 : pupil
    }

    /// The first day somebody is there, and the first on which they are gone.
    private func presence(_ kind: Int, _ number: Int) -> (from: Int, until: Int) {
        var draw = Draw(settings.seed, 3, kind, number)
        let from = draw.chance(4) ? 1 + draw.below(60) : 0
        let until = draw.chance(4) ? from + 1 + draw.below(60) : Int.max
        return (from, until)
    }

    func isPresent(pupil: Int, on day: Int) -> Bool {
        let (from, until) = presence(1, pupil)
        return from <= day && day < until
    }

    func isPresent(staff: Int, on day: Int) -> Bool {
        // The head and the first of each stay.
        guard staff % staffPerSchool > 3 else { return true }
        let (from, until) = presence(2, staff)
        return from <= day && day < until
    }

    func pupil(_ number: Int, on day: Int) -> Pupil {
        var draw = Draw(settings.seed, 4, number)
        let school = number % schools
        let family = family(of: number)
        var name = Draw(settings.seed, 5, family)
        let familyName = InventedNames.family(&name)
        let given = draw.pick(InventedNames.given)
        let place = number / schools
        // One in fifty is in another class from some day on.
        let moves = draw.chance(2) ? 1 + draw.below(90) : Int.max
        let classIndex = (place + (day >= moves ? 4 : 0)) % classesPerSchool
        let level = settings.degree == .second ? classIndex % 4 : classIndex % 5
        let year = (settings.degree == .second ? 2015 : 2020) - level
        let birth = CivilDate(year: year, month: 1 + draw.below(12), day: 1 + draw.below(28))
        return Pupil(
            number: number, key: String(Self.pupilKeys + number), school: school, classIndex: classIndex,
            group: draw.chance(60) ? "ESP" : "ALL", family: family, given: given, familyName: familyName,
            birth: birth ?? CivilDate(daysSince1970: 15_000), isChanged: day >= moves)
    }

    struct Guardian {
        let key: String
        let given: String
        let familyName: String
        let isFirst: Bool
        let mail: String?
        let phone: String
    }

    /// How many of a family are legal guardians, and whether there is a contact besides.
    func household(_ family: Int) -> (guardians: Int, hasContact: Bool) {
        var draw = Draw(settings.seed, 6, family)
        return (draw.chance(58) ? 2 : 1, draw.chance(6))
    }

    /// - Parameter place: 0 and 1 are guardians, 2 a contact.
    func guardian(_ family: Int, _ place: Int, on day: Int) -> Guardian {
        var draw = Draw(settings.seed, 7, family * 3 + place)
        var name = Draw(settings.seed, 5, family)
        let own = InventedNames.family(&name)
        let changes = draw.chance(3) ? draw.below(90) : Int.max
        let key = Self.guardianKeys + family * 3 + place
        return Guardian(
            key: String(key), given: draw.pick(InventedNames.given),
            familyName: place == 0 || draw.chance(50) ? own : InventedNames.family(&draw), isFirst: place == 0,
            mail: draw.chance(70) ? "famille.\(family).\(place)@exemple.invalid" : nil,
            phone: "01 99 00 \(10 + (day >= changes ? 1 : 0) + draw.below(80)) \(10 + draw.below(90))")
    }

    struct Staff {
        let key: String
        let school: Int
        let otherSchool: Int?
        let place: Int
        let given: String
        let familyName: String
        let mail: String
        let function: (code: String, name: String)
        let subject: Int
        let classes: [Int]
    }

    func staff(_ number: Int, on day: Int) -> Staff {
        var draw = Draw(settings.seed, 8, number)
        let school = number / staffPerSchool
        let place = number % staffPerSchool
        let function: (String, String) =
            switch place {
            case 0: ("DIR", "DIRECTION")
            case 1: ("EDU", "EDUCATION")
            case 2: ("ADF", "PERSONNELS ADMINISTRATIFS")
            case 3: ("DOC", "DOCUMENTATION")
            default: draw.chance(12) ? ("AED", "ASSISTANT D'EDUCATION") : ("ENS", "ENSEIGNEMENT")
            }
        let given = draw.pick(InventedNames.given)
        let name = InventedNames.family(&draw)
        var taught: [Int] = []
        if function.0 == "ENS" {
            for offset in 0..<4 { taught.append((place * 3 + offset * 5) % classesPerSchool) }
        }
        return Staff(
            key: String(Self.staffKeys + number), school: school,
            otherSchool: function.0 == "ENS" && schools > 1 && draw.chance(8) ? (school + 1) % schools : nil,
            place: place,
            given: given, familyName: name, mail: "agent.\(number)@ac-exemple.invalid", function: function,
            subject: draw.below(Self.subjects.count), classes: Array(Set(taught)).sorted())
    }
}
