internal import Runtime
internal import School
internal import Tenancy

/// What a school has from its first day on: the year of its zone, the hours of the day, weeks A and B, days off, and the usual
/// subjects. Everything is inserted "unless it is there".
enum ReferenceData {
    private static let periods: [(label: String, starts: Int16, ends: Int16)] = [
        ("M1", 480, 535), ("M2", 540, 595), ("M3", 610, 665), ("M4", 670, 725), ("S1", 790, 845), ("S2", 850, 905),
        ("S3", 920, 975), ("S4", 980, 1035),
    ]

    private static let common: [(code: String, name: String)] = [
        ("FRANC", "Français"), ("MATHS", "Mathématiques"), ("HI-GE", "Histoire-géographie"), ("AGL1", "Anglais LV1"),
        ("ESP2", "Espagnol LV2"), ("ALL2", "Allemand LV2"), ("EPS", "Éducation physique et sportive"),
        ("SVT", "Sciences de la vie et de la Terre"), ("PH-CH", "Physique-chimie"),
        ("EMC", "Enseignement moral et civique"),
    ]
    private static let ofColleges: [(code: String, name: String)] = [
        ("TECHN", "Technologie"), ("A-PLA", "Arts plastiques"), ("EDMUS", "Éducation musicale"), ("LATIN", "Latin"),
    ]
    private static let ofLycees: [(code: String, name: String)] = [
        ("PHILO", "Philosophie"), ("SES", "Sciences économiques et sociales"),
        ("NSI", "Numérique et sciences informatiques"),
        ("SNT", "Sciences numériques et technologie"),
    ]

    static func batch(_ context: TenantContext, _ calendar: SchoolCalendar, kind: String?) -> TenantBatch {
        let year = calendar.schoolYear.rawValue
        let days = calendar.days
        var batch = TenantBatch(context)
        batch.add(EstablishmentStore.Reference.schoolYear, year, days.lowerBound, days.upperBound)
        batch.add(EstablishmentStore.Reference.timetable, year)
        batch.add(
            EstablishmentStore.Reference.periods, year, periods.indices.map { Int16($0) }, periods.map(\.label),
            periods.map(\.starts), periods.map(\.ends))
        let weeks = WeekCalendar.alternating(from: days.lowerBound, to: days.upperBound) { date in
            calendar.holiday(on: date) != nil || !days.contains(date)
        }
        batch.add(EstablishmentStore.Reference.weeks, year, weeks.map(\.monday), weeks.map(\.kind.rawValue))
        var closed: [(day: CivilDate, label: String)] = []
        var date = days.lowerBound
        while date <= days.upperBound {
            if let holiday = calendar.holiday(on: date) { closed.append((date, holiday.name)) }
            date = date + 1
        }
        batch.add(EstablishmentStore.Reference.closedDays, year, closed.map(\.day), closed.map(\.label))
        let isCollege = kind == nil || kind == Establishment.Kind.college.rawValue
        let subjects = common + (isCollege ? ofColleges : ofLycees)
        batch.add(
            EstablishmentStore.Reference.subjects, subjects.map { _ in UUID.v7() }, subjects.map(\.code),
            subjects.map(\.name))
        return batch
    }
}
