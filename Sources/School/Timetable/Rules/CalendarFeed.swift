internal import Runtime

/// A person's timetable as an iCalendar object (RFC 5545), for the calendar of a phone.
package struct CalendarFeed: Sendable {
    package struct Event: Sendable {
        /// The same for the same lesson on the same day, whatever happens to it.
        package let uid: String
        /// Microseconds since 1970.
        package let start: Int64
        package let end: Int64
        package let summary: String
        package let location: String
        package let description: String
        package let isCancelled: Bool
        /// Grows with the timetable's version, so that calendars take the newer one.
        package let sequence: Int64

        package init(
            uid: String, start: Int64, end: Int64, summary: String, location: String, description: String,
            isCancelled: Bool, sequence: Int64
        ) {
            self.uid = uid
            self.start = start
            self.end = end
            self.summary = summary
            self.location = location
            self.description = description
            self.isCancelled = isCancelled
            self.sequence = sequence
        }
    }

    private var text: [UInt8] = []

    /// - Parameters:
    ///   - name: shown by the calendar application.
    ///   - stamp: DTSTAMP of every event, microseconds since 1970.
    package init(name: String, stamp: Int64, events: [Event]) {
        line("BEGIN:VCALENDAR")
        line("VERSION:2.0")
        line("PRODID:-//Preau//Timetable//FR")
        line("CALSCALE:GREGORIAN")
        line("METHOD:PUBLISH")
        line("X-WR-CALNAME:" + CalendarFeed.escaped(name))
        line("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
        line("X-PUBLISHED-TTL:PT1H")
        for event in events {
            line("BEGIN:VEVENT")
            line("UID:" + event.uid)
            line("DTSTAMP:" + CalendarFeed.utc(stamp))
            line("DTSTART:" + CalendarFeed.utc(event.start))
            line("DTEND:" + CalendarFeed.utc(event.end))
            line("SEQUENCE:\(event.sequence)")
            line("SUMMARY:" + CalendarFeed.escaped(event.summary))
            if !event.location.isEmpty { line("LOCATION:" + CalendarFeed.escaped(event.location)) }
            if !event.description.isEmpty { line("DESCRIPTION:" + CalendarFeed.escaped(event.description)) }
            line(event.isCancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED")
            line("TRANSP:" + (event.isCancelled ? "TRANSPARENT" : "OPAQUE"))
            line("END:VEVENT")
        }
        line("END:VCALENDAR")
    }

    /// UTF-8, lines ended by CRLF and folded at 75 octets (RFC 5545 §3.1).
    package var bytes: [UInt8] { text }

    private mutating func line(_ content: String) {
        var width = 0
        for character in content.unicodeScalars {
            let octets = UTF8.width(character)
            if width + octets > 75 {
                text += [13, 10, 32]
                width = 1
            }
            text += UTF8.encode(character).map(Array.init) ?? []
            width += octets
        }
        text += [13, 10]
    }

    /// TEXT values (RFC 5545 §3.3.11); other control characters are dropped, they have no place there.
    static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case ";": result += "\\;"
            case ",": result += "\\,"
            case "\n": result += "\\n"
            case let control where control.value < 0x20 || control.value == 0x7f: continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `20261123T070500Z`.
    static func utc(_ microseconds: Int64) -> String {
        let seconds = microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let ofDay = Int(seconds - days * 86_400)
        let (year, month, day) = CivilDate(daysSince1970: Int(days)).parts
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let padded = String(repeating: "0", count: max(0, 4 - String(year).count)) + String(year)
        return padded + two(month) + two(day) + "T" + two(ofDay / 3600) + two(ofDay / 60 % 60) + two(ofDay % 60) + "Z"
    }
}
