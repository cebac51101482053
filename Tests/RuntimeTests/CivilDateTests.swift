import Runtime
import Testing

@Suite struct CivilDateTests {
    private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    @Test func countsDaysFromTheEpoch() throws {
        #expect(try date("1970-01-01").daysSince1970 == 0)
        #expect(try date("1969-12-31").daysSince1970 == -1)
        #expect(try date("2000-02-29").daysSince1970 == 11_016)
        #expect(try date("2026-11-22").daysSince1970 == 20_779)
        #expect(try date("0001-01-01").daysSince1970 == -719_162)
        #expect(try date("9999-12-31").daysSince1970 == 2_932_896)
    }

    @Test func goesThereAndBackForEveryDayOfThreeCenturies() throws {
        let first = try date("1800-01-01").daysSince1970
        let last = try date("2100-12-31").daysSince1970
        var previous = (1799, 12, 31)
        var weekday = 2
        for day in first...last {
            let date = CivilDate(daysSince1970: day)
            let parts = date.parts
            weekday = weekday % 7 + 1
            guard parts > previous, date.weekday == weekday,
                CivilDate(year: parts.year, month: parts.month, day: parts.day) == date,
                CivilDate(date.description) == date
            else {
                Issue.record("\(date) does not come back as itself")
                return
            }
            previous = parts
        }
    }

    @Test(arguments: [
        "2026-02-29", "2100-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "2026-01-00", "2026-01-32", "0000-01-01",
        "10000-01-01", "2026-1-01", "2026-01-1", "26-01-01", "2026/01/01", "2026-01-01 ", " 2026-01-01",
        "2026-01-01T00",
        "-026-01-01", "2026-+1-01", "２０２６-01-01", "2026-01", "", "--",
    ])
    func refusesWhatIsNoDate(_ text: String) { #expect(CivilDate(text) == nil) }

    @Test func acceptsLeapDays() {
        #expect(CivilDate("2028-02-29") != nil)
        #expect(CivilDate("2000-02-29") != nil)
    }

    /// Known weeks of ISO 8601, around the turns of the years where they differ from the calendar year.
    @Test(arguments: [
        ("2005-01-01", 2004, 53, 6), ("2005-01-02", 2004, 53, 7), ("2005-12-31", 2005, 52, 6),
        ("2006-01-01", 2005, 52, 7),
        ("2006-01-02", 2006, 1, 1), ("2007-12-31", 2008, 1, 1), ("2008-12-28", 2008, 52, 7), ("2008-12-29", 2009, 1, 1),
        ("2009-12-31", 2009, 53, 4), ("2010-01-03", 2009, 53, 7), ("2010-01-04", 2010, 1, 1),
        ("2020-12-31", 2020, 53, 4),
        ("2021-01-03", 2020, 53, 7), ("2024-12-30", 2025, 1, 1), ("2026-01-01", 2026, 1, 4),
        ("2026-11-22", 2026, 47, 7),
        ("2026-12-31", 2026, 53, 4), ("2027-01-03", 2026, 53, 7), ("2027-01-04", 2027, 1, 1),
        ("1977-01-02", 1976, 53, 7),
    ])
    func knowsIsoWeeks(_ text: String, _ year: Int, _ week: Int, _ weekday: Int) throws {
        let date = try date(text)
        #expect(date.isoWeek == (year, week))
        #expect(date.weekday == weekday)
        #expect(date.monday.weekday == 1)
        #expect((0...6).contains(date - date.monday))
        #expect(date.monday.isoWeek == date.isoWeek)
    }

    @Test func addsAndComparesDays() throws {
        #expect(try date("2026-12-31") + 1 == date("2027-01-01"))
        #expect(try date("2028-03-01") + -1 == date("2028-02-29"))
        #expect(try date("2027-07-03") - date("2026-09-01") == 305)
        #expect(try date("2026-09-01") < date("2026-09-02"))
        #expect(try date("0033-04-03").description == "0033-04-03")
    }
}
