internal import Runtime
internal import Tenancy
internal import YAML

extension YAMLShape where Value == RulesManifest {
    static var rules: YAMLShape {
        .keys("rules (windows, admission, bandwidth)") { keys in
            let windows = keys.optional("windows", .table(key: .slug, of: .window), default: [])
            let admission = keys.optional("admission", .admission)
            let bandwidth = keys.optional("bandwidth", .bandwidth, default: RulesManifest.none.bandwidth)
            return RulesManifest(
                windows: windows.map { $0.value.rule(named: $0.key.value) }, admission: admission, bandwidth: bandwidth)
        }
    }
}

/// What stands under a window's name.
private struct WindowLines {
    let rule: (Slug) -> WindowRule

    func rule(named name: Slug) -> WindowRule { rule(name) }
}

extension YAMLShape where Value == WindowLines {
    fileprivate static var window: YAMLShape {
        .keys("a window (effect, roles, hours, message, …)") { keys in
            let about = keys.optional("about", .text, default: "")
            let isEnabled = keys.optional("enabled", .flag, default: true)
            let effect = keys.required("effect", YAMLShape<WindowRule.Effect>.word)
            let roles = keys.required("roles", .list(of: .role, atLeast: 1))
            let levels = keys.optional("levels", .levels, default: [])
            let classes = keys.optional("classes", .list(of: .line(upTo: 60)), default: [])
            let weekdays = keys.optional("days", .list(of: .weekday, atLeast: 1), default: [1, 2, 3, 4, 5, 6, 7])
            let hours = keys.required("hours", .hours)
            let onSchoolDaysOnly = keys.optional("school_days_only", .flag, default: false)
            let from = keys.optional("from", .date)
            let until = keys.optional("until", .date)
            let exceptDays = keys.optional("except_days", .list(of: .date), default: [])
            let share = keys.optional("share", .integer(0...100))
            let priority = keys.optional("priority", .integer(-1000...1000), default: 0)
            let department = keys.optional("department", .placed(.inseeCode))
            let establishment = keys.optional("establishment", .placed(.uai))
            let message = keys.required("message", .sentence(upTo: 500))
            guard let effect, let roles, let hours, let message else { return nil }
            if !levels.isEmpty || !classes.isEmpty, !Set(roles).isSubset(of: [.pupil, .guardian]) {
                keys.reject("levels", "only pupils, and guardians by their children, have a level or a class")
            }
            if department != nil, establishment != nil {
                keys.reject("establishment", "either a department or an establishment, not both")
            }
            if let from, let until, until < from {
                keys.reject("until", "the last day, \(until), is before the first, \(from)")
            }
            return WindowLines { name in
                WindowRule(
                    name: name, about: about, isEnabled: isEnabled, effect: effect, roles: roles, levels: levels,
                    classes: classes, weekdays: Set(weekdays).sorted(), hours: hours,
                    onSchoolDaysOnly: onSchoolDaysOnly, from: from,
                    until: until, exceptDays: exceptDays, share: share, priority: priority, department: department,
                    establishment: establishment, message: message)
            }
        }
    }
}

extension YAMLShape where Value == AdmissionRule {
    fileprivate static var admission: YAMLShape {
        .keys("an admission rule (sessions, reserved, priority)") { keys in
            let sessions = keys.required("sessions", .integer(1...10_000_000))
            let reserved = keys.optional("reserved", .table(key: .role, of: .integer(1...100)), default: [])
            let priority = keys.optional("priority", .list(of: .role), default: [])
            let perSecond = keys.optional("per_second", .integer(1...100_000))
            let departments = keys.optional(
                "departments", .table(key: .inseeCode, of: .integer(0...10_000_000)), default: [])
            let establishments = keys.optional(
                "establishments", .table(key: .uai, of: .integer(0...10_000_000)), default: [])
            let about = keys.optional("about", .text, default: "")
            if reserved.map(\.value).reduce(0, +) > 100 {
                keys.reject("reserved", "more than 100 % of the places are reserved")
            }
            if Set(priority).count != priority.count { keys.reject("priority", "a role is listed twice") }
            guard let sessions else { return nil }
            return AdmissionRule(
                sessions: sessions,
                reserved: reserved.map { AdmissionRule.Reserve(role: $0.key.value, percent: $0.value) },
                priority: priority, perSecond: perSecond,
                departments: departments.map { (code: $0.key, sessions: $0.value) },
                establishments: establishments.map { (uai: $0.key, sessions: $0.value) }, about: about)
        }
    }
}

extension YAMLShape where Value == BandwidthRules {
    fileprivate static var bandwidth: YAMLShape {
        .keys("bandwidth (territory, departments, establishments)") { keys in
            let territory = keys.optional("territory", .steps, default: [])
            let departments = keys.optional("departments", .table(key: .inseeCode, of: .steps), default: [])
            let establishments = keys.optional("establishments", .table(key: .uai, of: .steps), default: [])
            return BandwidthRules(
                territory: territory, departments: departments.map { (code: $0.key, steps: $0.value) },
                establishments: establishments.map { (uai: $0.key, steps: $0.value) })
        }
    }
}

extension YAMLShape where Value == [BandwidthStep] {
    fileprivate static var steps: YAMLShape {
        list(of: .step, atLeast: 1).map("a list of bandwidths, each from its own day on, the oldest first") { steps in
            let days = steps.map { $0.from?.daysSince1970 ?? .min }
            return zip(days, days.dropFirst()).allSatisfy { $0 < $1 } ? steps : nil
        }
    }
}

extension YAMLShape where Value == BandwidthStep {
    fileprivate static var step: YAMLShape {
        .keys("a bandwidth (from, rate, ceil)") { keys in
            let from = keys.optional("from", .date)
            let rate = keys.required("rate", .bitRate)
            let ceil = keys.optional("ceil", .bitRate) ?? rate
            let about = keys.optional("about", .text, default: "")
            guard let rate, let ceil else { return nil }
            if ceil < rate { keys.reject("ceil", "the ceil is less than the guaranteed rate") }
            return BandwidthStep(from: from, rate: rate, ceil: ceil, about: about)
        }
    }
}

extension YAMLShape where Value == Int {
    /// Bits per second, in decimal units as telecommunications count.
    fileprivate static var bitRate: YAMLShape {
        scalar("bits per second such as 200M, 1500K or 10G") { text in
            let factors: [Character: Int] = ["K": 1000, "M": 1_000_000, "G": 1_000_000_000]
            guard let unit = text.last, let factor = factors[unit], let number = Int(text.dropLast()),
                (1...1_000_000).contains(number)
            else { return nil }
            return number * factor
        }
    }

    fileprivate static var weekday: YAMLShape {
        oneOf(["mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7])
    }
}

extension YAMLShape where Value == Role {
    /// A role held in an establishment: those who administer are never kept out.
    fileprivate static var role: YAMLShape {
        oneOf(Role.allCases.filter(\.isHeldInEstablishment).map { (key: $0.rawValue, value: $0) })
    }
}

extension YAMLShape where Value == DayHours {
    fileprivate static var hours: YAMLShape {
        scalar("hours of the day such as 08:30-10:30") { text in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(DayHours.minutes)
            guard parts.count == 2, let from = parts[0], let until = parts[1], from != until else { return nil }
            return DayHours(from: from, until: until)
        }
    }
}

extension DayHours {
    /// `HH:MM`, `24:00` included.
    fileprivate static func minutes(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hour = Int(text.prefix(2)),
            let minute = Int(text.suffix(2)), (0...24).contains(hour), (0...59).contains(minute),
            hour < 24 || minute == 0
        else { return nil }
        return hour * 60 + minute
    }
}
