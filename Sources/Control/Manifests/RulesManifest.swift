package import Runtime
package import Tenancy
package import YAML

/// `rules.yaml`: who may come when, how many at once, and how much of the line each has.
package struct RulesManifest: Sendable {
    package let windows: [WindowRule]
    package let admission: AdmissionRule?
    package let bandwidth: BandwidthRules

    static let none = RulesManifest(
        windows: [], admission: nil, bandwidth: BandwidthRules(territory: [], departments: [], establishments: []))
}

/// Hours of the day for some of the people.
package struct WindowRule: Sendable {
    package enum Effect: String, Sendable, CaseIterable {
        /// They may not come during the hours.
        case refuse
        /// They may come during the hours only.
        case only
        /// They may come during the hours, whatever a wider rule says.
        case allow
        /// They come after everybody else during the hours.
        case queue
    }

    package let name: Slug
    /// Why the rule is there, for who reads it next year.
    package let about: String
    /// A rule that is not enabled is kept ready.
    package let isEnabled: Bool
    package let effect: Effect
    package let roles: [Role]
    /// Empty: all of them. Only pupils have a level.
    package let levels: [Level]
    /// Names of classes; empty: all of them.
    package let classes: [String]
    /// ISO 8601: 1 is Monday.
    package let weekdays: [Int]
    package let hours: DayHours
    /// Not during holidays and on public holidays.
    package let onSchoolDaysOnly: Bool
    package let from: CivilDate?
    package let until: CivilDate?
    /// Examinations: the rule sleeps.
    package let exceptDays: [CivilDate]
    /// Per cent of the places, for `queue`.
    package let share: Int?
    /// Between rules that are equally specific; the greater wins.
    package let priority: Int
    /// Nil: the whole territory.
    package let department: YAMLPlaced<String>?
    package let establishment: YAMLPlaced<UAI>?
    /// Told to whom the rule keeps out.
    package let message: Sentence
}

/// From a minute of the day to another, the second one not included; 22:00-06:00 ends on the next morning.
package struct DayHours: Sendable, Hashable, CustomStringConvertible {
    /// Minutes since midnight, local time.
    package let from: Int
    package let until: Int

    package var description: String { "\(DayHours.text(from))-\(DayHours.text(until))" }

    package static func text(_ minutes: Int) -> String {
        let (hour, minute) = (minutes / 60, minutes % 60)
        return (hour < 10 ? "0\(hour)" : "\(hour)") + (minute < 10 ? ":0\(minute)" : ":\(minute)")
    }
}

/// How many sessions at once, and who goes first when there are more.
package struct AdmissionRule: Sendable {
    package struct Reserve: Sendable, Hashable {
        package let role: Role
        package let percent: Int
    }

    /// Simultaneous sessions of the whole territory.
    package let sessions: Int
    /// Places that nobody else takes.
    package let reserved: [Reserve]
    /// Who is let in first; roles that are not named come after.
    package let priority: [Role]
    /// New sessions a second; nil: as many as the nodes can check passwords.
    package let perSecond: Int?
    package let departments: [(code: YAMLPlaced<String>, sessions: Int)]
    package let establishments: [(uai: YAMLPlaced<UAI>, sessions: Int)]
    package let about: String
}

package struct BandwidthRules: Sendable {
    package let territory: [BandwidthStep]
    package let departments: [(code: YAMLPlaced<String>, steps: [BandwidthStep])]
    package let establishments: [(uai: YAMLPlaced<UAI>, steps: [BandwidthStep])]
}

/// A bandwidth, from a day on.
package struct BandwidthStep: Sendable, Hashable {
    /// Nil: from the beginning.
    package let from: CivilDate?
    /// Guaranteed, in bits per second.
    package let rate: Int
    /// With what others leave, in bits per second.
    package let ceil: Int
    package let about: String
}
