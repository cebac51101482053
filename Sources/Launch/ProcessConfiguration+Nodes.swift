internal import Control
internal import Tenancy
internal import YAML

extension ProcessConfiguration {
    /// Where nodes come from, and how many there should be.
    static var nodes: YAMLShape<Nodes> {
        YAMLShape.keys("where nodes come from (fronts, driver, scaling, time_zone)") { keys in
            let fronts = keys.required("fronts", .list(of: path, atLeast: 1, atMost: 64))
            let driver = keys.required("driver", .list(of: .line(upTo: 4000), atLeast: 1, atMost: 50))
            let scaling = keys.optional("scaling", scaling)
            let zone = keys.optional("time_zone", .line(), default: "Europe/Paris")
            guard let fronts, let driver else { return nil as Nodes? }
            guard driver[0].hasPrefix("/") else {
                keys.reject("driver", "expected the absolute path of a program first")
                return nil
            }
            guard let timeZone = try? SchoolTimeZone.named(zone) else {
                keys.reject("time_zone", "there is no such time zone")
                return nil
            }
            return Nodes(fronts: fronts, driver: driver, scaling: scaling, timeZone: timeZone)
        }
    }

    private static let days = ["mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7]

    private static var scaling: YAMLShape<ScalingRules> {
        YAMLShape.keys("rules of scaling (least, most, minutes_ahead, periods)") { keys in
            let least = keys.required("least", .integer(1...NodeName.most))
            let most = keys.required("most", .integer(1...NodeName.most))
            let ahead = keys.optional("minutes_ahead", .integer(0...240), default: 20)
            let periods = keys.optional("periods", .list(of: period, atMost: 200), default: [])
            guard let least, let most else { return nil as ScalingRules? }
            guard least <= most else {
                keys.reject("most", "expected no fewer than “least”")
                return nil
            }
            return ScalingRules(least: least, most: most, minutesAhead: ahead, periods: periods)
        }
    }

    private static var period: YAMLShape<ScalingRules.Period> {
        YAMLShape.keys("a period (days, hours, nodes)") { keys in
            let days = keys.required(
                "days", YAMLShape<[Int]>.list(of: .oneOf(days.sorted { $0.value < $1.value }), atLeast: 1, atMost: 7))
            let hours = keys.required("hours", hours)
            let nodes = keys.required("nodes", .integer(1...NodeName.most))
            guard let days, let hours, let nodes else { return nil as ScalingRules.Period? }
            return ScalingRules.Period(days: Set(days), minutes: hours, nodes: nodes)
        }
    }

    /// `07:40-08:30`, in minutes since midnight.
    private static var hours: YAMLShape<Range<Int>> {
        YAMLShape.scalar("two times, as 07:40-08:30") { text in
            let times = text.split(separator: "-", omittingEmptySubsequences: false).map { time -> Int? in
                let parts = time.split(separator: ":", omittingEmptySubsequences: false)
                guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
                    let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute)
                else { return nil }
                return hour * 60 + minute
            }
            guard times.count == 2, let first = times[0], let last = times[1], first < last, last <= 1440 else {
                return nil
            }
            return first..<last
        }
    }
}
