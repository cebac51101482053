import Runtime
import Tenancy
import Testing
import Web

@testable import Admission

@Suite struct RuleTests {
    private typealias P = RulePlaces

    private func verdict(
        _ book: RuleBook, _ subject: RuleSubject, _ text: String, _ place: RulePlace? = nil,
        zone: String = "Europe/Paris"
    ) throws -> Verdict {
        book.verdict(for: subject, in: try place ?? P.place(zone: zone), at: try P.moment(text, zone))
    }

    @Test(arguments: [
        ("2026-11-30 07:59", "open"), ("2026-11-30 08:00", "closed soir"), ("2026-11-30 17:59", "closed soir"),
        ("2026-11-30 18:00", "open"), ("2026-11-29 12:00", "open"),
    ])
    func hoursAndDays(_ text: String, _ expected: String) throws {
        let book = P.book(P.rule("soir", .refuse) { $0.weekdays = [1, 2, 3, 4, 5] })
        #expect(try verdict(book, P.subject(.guardian), text).word == expected)
        #expect(try verdict(book, P.subject(.pupil), text).word == "open")
    }

    @Test func aClosureTellsWhenItOpens() throws {
        let book = P.book(P.rule("soir", .refuse) { $0.weekdays = [1, 2, 3, 4, 5] })
        guard case .closed(let closure) = try verdict(book, P.subject(.guardian), "2026-11-30 08:05") else {
            Issue.record("not closed")
            return
        }
        #expect(closure.opensAt == (try P.moment("2026-11-30 18:00")))
        #expect(closure.problem.detail?.fr.contains("Revenez plus tard.") == true)
        #expect(closure.problem.detail?.fr.contains("lundi 30 novembre 2026") == true)
    }

    @Test func onlyMeansTheirHoursAndSlotsAddUp() throws {
        let book = P.book(
            P.rule("matin", .only, [.pupil], "08:30-10:30") { $0.levels = ["6e"] },
            P.rule("midi", .only, [.pupil], "12:00-13:00") { $0.levels = ["6e"] })
        let pupil = P.subject(.pupil, [SchoolGroup(level: "6e", name: "6e A")])
        #expect(try verdict(book, pupil, "2026-11-30 09:00").word == "open matin")
        #expect(try verdict(book, pupil, "2026-11-30 12:30").word == "open midi")
        #expect(try verdict(book, pupil, "2026-11-30 11:00").isOpen == false)
        let other = P.subject(.pupil, [SchoolGroup(level: "5e", name: "5e A")])
        #expect(try verdict(book, other, "2026-11-30 11:00").word == "open")
    }

    @Test(arguments: [nil, [SchoolGroup]()])
    func anUnknownClassIsNeverASilentRefusal(_ groups: [SchoolGroup]?) throws {
        let book = P.book(P.rule("6e", .only, [.pupil], "08:30-10:30") { $0.levels = ["6e"] })
        #expect(try verdict(book, P.subject(.pupil, groups), "2026-11-30 20:00").word == "open")
    }

    @Test func aClassNameThatTwoLevelsUseIsToldApart() throws {
        let book = P.book(
            P.rule("a", .refuse, [.pupil]) {
                $0.levels = ["6e"]
                $0.classes = ["A"]
            })
        #expect(
            try verdict(book, P.subject(.pupil, [.init(level: "6e", name: "A")]), "2026-11-30 09:00").word == "closed a"
        )
        #expect(
            try verdict(book, P.subject(.pupil, [.init(level: "5e", name: "A")]), "2026-11-30 09:00").word == "open")
    }

    @Test func aParentOfTwoClassesComesWhenOneMay() throws {
        let book = P.book(P.rule("6e", .refuse) { $0.levels = ["6e"] })
        let both = P.subject(.guardian, [.init(level: "6e", name: "A"), .init(level: "5e", name: "B")])
        #expect(try verdict(book, both, "2026-11-30 09:00").word == "open")
        #expect(
            try verdict(book, P.subject(.guardian, [.init(level: "6e", name: "A")]), "2026-11-30 09:00").word
                == "closed 6e")
    }

    @Test func aChildWithoutAClassIsNotJudgedByTheOther() throws {
        let closed = P.book(P.rule("6e", .refuse) { $0.levels = ["6e"] })
        let slot = P.book(
            P.rule("creneau", .only, [.guardian], "10:00-11:00") { $0.levels = ["6e"] })
        let one = P.subject(.guardian, [.init(level: "6e", name: "A")])
        let both = P.subject(.guardian, [.init(level: "6e", name: "A"), .unknown])
        for book in [closed, slot] {
            #expect(try verdict(book, one, "2026-11-30 09:00").word != "open")
            #expect(try verdict(book, both, "2026-11-30 09:00").word == "open")
        }
        // A rule about everybody is about them as well.
        #expect(try verdict(P.book(P.rule("tous", .refuse)), both, "2026-11-30 09:00").word == "closed tous")
    }

    @Test func theMostSpecificWins() throws {
        let place = try P.place(parent: true)
        let region = try #require(P.region)
        let uai = place.establishment.uai
        var rules = [P.rule("platform", .refuse, at: .platform)]
        func word() throws -> String {
            try verdict(
                RuleBook(version: 1, rules: rules, capacities: []),
                P.subject(.guardian, [.init(level: "6e", name: "A")]), "2026-11-30 09:00", place
            ).word
        }
        #expect(try word() == "closed platform")
        rules.append(P.rule("region", .allow, at: .territory(region)))
        #expect(try word() == "open region")
        rules.append(P.rule("territory", .refuse))
        #expect(try word() == "closed territory")
        rules.append(P.rule("department", .allow, at: .department("99")))
        #expect(try word() == "open department")
        rules.append(P.rule("school", .refuse, at: .establishment(uai)))
        #expect(try word() == "closed school")
        rules.append(P.rule("level", .allow, at: .establishment(uai)) { $0.levels = ["6e"] })
        #expect(try word() == "open level")
        rules.append(P.rule("class", .refuse, at: .establishment(uai)) { $0.classes = ["A"] })
        #expect(try word() == "closed class")
        rules.append(
            P.rule("more", .queue, at: .establishment(uai)) {
                $0.classes = ["A"]
                $0.priority = 1
            })
        #expect(try word() == "queued more")
    }

    @Test func examinationDaysPersonsAndValidity() throws {
        let exempt = P.subject(.guardian)
        let book = P.book(
            P.rule("soir", .refuse) {
                $0.exceptDays = [CivilDate("2026-12-01") ?? .init(daysSince1970: 0)]
                $0.exceptAccounts = [exempt.account]
                $0.firstDay = CivilDate("2026-11-30")
                $0.lastDay = CivilDate("2026-12-02")
            })
        #expect(try verdict(book, P.subject(.guardian), "2026-11-29 09:00").word == "open")
        #expect(try verdict(book, P.subject(.guardian), "2026-11-30 09:00").word == "closed soir")
        #expect(try verdict(book, exempt, "2026-11-30 09:00").word == "open")
        #expect(try verdict(book, P.subject(.guardian), "2026-12-01 09:00").word == "open")
        #expect(try verdict(book, P.subject(.guardian), "2026-12-02 17:59").word == "closed soir")
        #expect(try verdict(book, P.subject(.guardian), "2026-12-03 09:00").word == "open")
    }

    @Test func theSchoolCalendarDecidesWhereItIsKnown() throws {
        let first = try #require(CivilDate("2026-09-01"))
        let last = try #require(CivilDate("2027-07-02"))
        let christmas = try #require(CivilDate("2026-12-19"))...(try #require(CivilDate("2027-01-03")))
        let known = try P.place(days: first...last, holidays: [christmas])
        let book = P.book(P.rule("soir", .refuse) { $0.onSchoolDaysOnly = true })
        #expect(try verdict(book, P.subject(.guardian), "2026-12-18 09:00", known).word == "closed soir")
        #expect(try verdict(book, P.subject(.guardian), "2026-12-21 09:00", known).word == "open")
        // Sunday.
        #expect(try verdict(book, P.subject(.guardian), "2026-12-13 09:00", known).word == "open")
        // No calendar of that year: the days of the week decide.
        #expect(try verdict(book, P.subject(.guardian), "2026-12-21 09:00", try P.place()).word == "closed soir")
    }

    /// 28 March and 24 October 2027 in Paris; La Réunion and Guadeloupe never change the hour.
    @Test(arguments: ["Europe/Paris", "Indian/Reunion", "America/Guadeloupe"])
    func bothChangesOfHourAndFarZones(_ zone: String) throws {
        let book = P.book(P.rule("jour", .refuse), P.rule("nuit", .refuse, [.pupil], "22:00-06:00"))
        for day in ["2027-03-27", "2027-03-28", "2027-03-29", "2027-10-30", "2027-10-31", "2027-11-01"] {
            for (time, guardian, pupil) in [
                ("07:59", "open", "open"), ("08:00", "closed jour", "open"), ("17:59", "closed jour", "open"),
                ("18:00", "open", "open"), ("22:00", "open", "closed nuit"), ("05:59", "open", "closed nuit"),
                ("06:00", "open", "open"),
            ] {
                #expect(
                    try verdict(book, P.subject(.guardian), "\(day) \(time)", zone: zone).word == guardian,
                    "\(day) \(time)")
                #expect(
                    try verdict(book, P.subject(.pupil), "\(day) \(time)", zone: zone).word == pupil, "\(day) \(time)")
            }
        }
        // The night of the change is 23 or 25 hours from noon to noon; it opens at 6:00 on the wall all the same.
        guard case .closed(let closure) = try verdict(book, P.subject(.pupil), "2027-03-27 23:00", zone: zone) else {
            Issue.record("not closed")
            return
        }
        #expect(closure.opensAt == (try P.moment("2027-03-28 06:00", zone)))
    }

    @Test func aRuleSurvivesItsDocument() throws {
        let rule = P.rule("soir", .queue, [.guardian, .pupil], "22:00-06:00") {
            $0.levels = ["6e"]
            $0.classes = ["6e A"]
            $0.weekdays = [1, 3]
            $0.onSchoolDaysOnly = true
            $0.firstDay = CivilDate("2026-11-30")
            $0.exceptDays = [CivilDate(daysSince1970: 20_000)]
            $0.exceptAccounts = [.new()]
            $0.share = 20
            $0.priority = -3
            $0.about = "Pourquoi"
            $0.isEnabled = false
        }
        #expect(CalendarRule(scope: rule.scope, name: rule.name, document: rule.document) == rule)
        var parser = JSONParser(rule.document.bytes)
        #expect(CalendarRule(scope: rule.scope, name: rule.name, document: try parser.parse()) == rule)
        for bad: JSON in [[:], ["effect": "forbid"], .null] {
            #expect(CalendarRule(scope: .platform, name: "x", document: bad) == nil)
        }
    }

    @Test func scopesAreReadAsPeopleWriteThem() {
        #expect(RuleScope("platform") == .platform)
        #expect(RuleScope("27") == .department("27"))
        #expect(RuleScope("2A") == .department("2A"))
        #expect(RuleScope("0770001h")?.kind == "establishment")
        #expect(RuleScope("eure")?.kind == "territory")
        for bad in ["", "2", "Eure", "07700", "a b"] { #expect(RuleScope(bad) == nil, "\(bad)") }
    }
}
