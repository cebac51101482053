package import Postgres
package import Runtime

/// A region or a department as its people see it: names, colours, calendar, news. Immutable, and handed on by reference.
package final class Territory: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case region
        case department
    }

    /// What the sign-in page tells, in force from one instant until another (microseconds since 1970).
    package struct News: Sendable {
        package let id: UUID
        /// `fr` or `en`.
        package let language: String
        package let title: String
        package let body: String
        package let publishedFrom: Int64
        package let publishedUntil: Int64?
    }

    /// A department that the territory's establishments are in.
    package struct Department: Sendable, Equatable {
        /// INSEE: `77`, `2A`.
        package let code: String
        package let name: String
        package let academy: String
        /// Of the school calendar.
        package let zone: String
    }

    package let id: TerritoryID
    package let kind: Kind
    package let parent: TerritoryID?
    /// INSEE code of the department or region.
    package let code: String
    package let name: String
    /// The workspace's own name (`ENT 77`), or the territory's.
    package let title: String
    /// A department's region, by name; empty for a region.
    package let region: String
    package let departments: [Department]
    package let timeZone: SchoolTimeZone
    /// The primary one first.
    package let hosts: [String]
    /// The manifest's theme: a JSON object of colours and names.
    package let theme: JSONText
    /// Of every school year and zone that is known.
    package let calendars: [SchoolCalendar]
    /// Newest first; also those to come, so that they appear on time whatever happens to the directory meanwhile.
    package let news: [News]
    /// An address of electronic mail, for people who find something that they cannot use.
    package let accessibilityContact: String?

    package init(
        id: TerritoryID, kind: Kind, parent: TerritoryID?, code: String, name: String, title: String, region: String,
        departments: [Department], timeZone: SchoolTimeZone, hosts: [String], theme: JSONText,
        calendars: [SchoolCalendar], news: [News], accessibilityContact: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.parent = parent
        self.code = code
        self.name = name
        self.title = title
        self.region = region
        self.departments = departments
        self.timeZone = timeZone
        self.hosts = hosts
        self.theme = theme
        self.calendars = calendars
        self.news = news
        self.accessibilityContact = accessibilityContact
    }

    /// The news in force at an instant (microseconds since 1970), newest first.
    package func news(at instant: Int64) -> [News] {
        news.filter { $0.publishedFrom <= instant && instant < $0.publishedUntil ?? .max }
    }

    package func calendar(schoolYear: SchoolYear, zone: String) -> SchoolCalendar? {
        calendars.first { $0.schoolYear == schoolYear && $0.zone == zone }
    }
}
