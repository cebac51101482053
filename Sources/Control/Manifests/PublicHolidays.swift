internal import Runtime

/// The days on which France does not work, computed: nobody has to copy Easter into a file.
package enum PublicHolidays: String, Sendable, CaseIterable {
    /// Code du travail, article L3133-1.
    case france
    /// The same, Good Friday and 26 December: Moselle, Bas-Rhin, Haut-Rhin (article L3134-13).
    case alsaceMoselle = "alsace-moselle"

    /// In the order of the year, without those outside of `days`.
    func days(in days: ClosedRange<CivilDate>) -> [(date: CivilDate, name: String)] {
        (days.lowerBound.parts.year...days.upperBound.parts.year)
            .flatMap(ofYear)
            .filter { days.contains($0.date) }
            .sorted { $0.date < $1.date }
    }

    private func ofYear(_ year: Int) -> [(date: CivilDate, name: String)] {
        var fixed = [
            (1, 1, "Jour de l'an"), (5, 1, "Fête du Travail"), (5, 8, "Victoire de 1945"), (7, 14, "Fête nationale"),
            (8, 15, "Assomption"), (11, 1, "Toussaint"), (11, 11, "Armistice de 1918"), (12, 25, "Noël"),
        ]
        var movable = [(1, "Lundi de Pâques"), (39, "Ascension"), (50, "Lundi de Pentecôte")]
        if self == .alsaceMoselle {
            fixed.append((12, 26, "Saint-Étienne"))
            movable.append((-2, "Vendredi saint"))
        }
        let easter = PublicHolidays.easter(of: year)
        return fixed.compactMap { month, day, name in
            CivilDate(year: year, month: month, day: day).map { ($0, name) }
        } + movable.compactMap { offset, name in easter.map { ($0 + offset, name) } }
    }

    /// Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher).
    static func easter(of year: Int) -> CivilDate? {
        let a = year % 19
        let (b, c) = (year / 100, year % 100)
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let n = h + l - 7 * m + 114
        return CivilDate(year: year, month: n / 31, day: n % 31 + 1)
    }
}
