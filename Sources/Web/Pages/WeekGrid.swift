package import Runtime

/// A week of things with times: side by side on a wide window, each at its height; a list day by day on a phone; a grid again
/// on paper. One markup: the style sheet places it, by classes, for the page may hold no style of its own.
package struct WeekGrid: Sendable {
    package struct Item: Sendable {
        /// Minutes since midnight.
        package var times: Range<Int>
        package var title: String
        /// Below the title: room, teacher, group.
        package var details: [String]
        /// What the colour is chosen by, usually the subject: the same text always has the same colour.
        package var colorKey: String
        /// A word on what is particular: "Annulé", "Déplacé".
        package var mark: (label: String, kind: Notice.Kind)?
        /// Does not take place: struck through.
        package var isOff: Bool
        package var link: Link?

        package init(
            _ times: Range<Int>, _ title: String, details: [String] = [], colorKey: String? = nil,
            mark: (label: String, kind: Notice.Kind)? = nil, isOff: Bool = false, link: Link? = nil
        ) {
            self.times = times
            self.title = title
            self.details = details
            self.colorKey = colorKey ?? title
            self.mark = mark
            self.isOff = isOff
            self.link = link
        }
    }

    package struct Day: Sendable {
        package let date: CivilDate
        package var items: [Item]
        /// Why there is nothing, or what is particular: "Vacances de la Toussaint".
        package var note: String?

        package init(_ date: CivilDate, _ items: [Item] = [], note: String? = nil) {
            self.date = date
            self.items = items
            self.note = note
        }
    }

    /// The grid's step, in minutes, and its longest day, in hours: the style sheet has a class for each row.
    static let step = 5
    static let longestDay = 14
    /// In steps: what lasts longer is drawn as ten hours.
    static let longestItem = 120

    private let days: [Day]
    private let today: CivilDate?
    private let hours: Range<Int>
    private let colors: [String: Int]
    private let name: String?
    private let prefix: String

    /// - Parameters:
    ///   - days: in order; each a column.
    ///   - name: whose week it is, where a page has several.
    ///   - prefix: of the identifiers of the days, of letters and digits; another one for each grid of a page.
    ///   - today: marked when it is among them.
    ///   - hours: the least shown; widened to hold every item, up to 14 hours.
    package init(
        _ days: [Day], today: CivilDate?, hours: Range<Int> = 8..<17, name: String? = nil, prefix: String = ""
    ) {
        self.name = name
        self.prefix = "d" + prefix
        self.days = days
        self.today = today
        var (first, last) = (hours.lowerBound, hours.upperBound)
        for item in days.lazy.flatMap(\.items) {
            first = min(first, item.times.lowerBound / 60)
            last = max(last, (item.times.upperBound + 59) / 60)
        }
        first = max(0, first)
        colors = WeekGrid.colors(of: days)
        self.hours = first..<min(max(last, first + 1), first + WeekGrid.longestDay)
    }

    package func html(_ language: Language) -> HTML {
        var html = HTML(capacity: 8192)
        html += jumps(language)
        html += "<div class=\"week d\(days.count) h\(hours.count)\"><ol class=\"hours\" aria-hidden=\"true\">"
        for hour in hours { html += "<li>\(language.time(minutes: hour * 60))</li>" }
        html += "</ol>"
        for day in days { append(day, to: &html, language) }
        html += "</div>"
        return html
    }

    /// On a phone the days are one under the other: links lead to each.
    private func jumps(_ language: Language) -> HTML {
        let links = days.html { day in
            "<li><a href=\"#\(prefix)\(day.date)\"\(attribute: "aria-current", day.date == today ? "date" : nil)>\(language.shortWeekdayName(day.date.weekday))<b>\(day.date.parts.day)</b></a></li>"
        }
        let label = [Phrase.daysOfWeek[language], name].compactMap { $0 }.joined(separator: ", ")
        return "<nav class=\"jumps\" aria-label=\"\(label)\"><ul>\(links)</ul></nav>"
    }

    private func append(_ day: Day, to html: inout HTML, _ language: Language) {
        let isToday = day.date == today
        let tag: HTML? = isToday ? " <span class=\"tag\">\(Phrase.today[language])</span>" : nil
        html += """
            <section class="day\(isToday ? " is-today" : "")"><h2 id="\(prefix)\(day.date)">\
            \(language.weekdayAndDay(day.date))\(tag)</h2>
            """
        if let note = day.note { html += "<p class=\"day-note\">\(note)</p>" }
        if day.items.isEmpty {
            if day.note == nil { html += "<p class=\"day-note muted\">\(Phrase.noLessons[language])</p>" }
        } else {
            html += "<ol>"
            for (item, place) in zip(day.items, WeekGrid.places(day.items)) { append(item, place, to: &html, language) }
            html += "</ol>"
        }
        html += "</section>"
    }

    private func append(_ item: Item, _ place: Place, to html: inout HTML, _ language: Language) {
        let first = hours.lowerBound * 60
        let last = hours.upperBound * 60
        let start = (min(max(item.times.lowerBound, first), last - WeekGrid.step) - first) / WeekGrid.step
        let end = (min(max(item.times.upperBound, first), last) - first + WeekGrid.step - 1) / WeekGrid.step
        html +=
            "<li class=\"lesson r\(start) s\(min(max(1, end - start), WeekGrid.longestItem)) c\(colors[item.colorKey] ?? 0)"
        if place.columns > 1 { html += " of\(place.columns)" }
        if place.column > 0 { html += " k\(place.column)" }
        if item.isOff { html += " is-off" }
        html += "\"><p class=\"when\">"
        html.append(times: item.times, language)
        if let link = item.link {
            html += "</p><p class=\"what\"><a href=\"\(link)\">\(item.title)</a></p>"
        } else {
            html += "</p><p class=\"what\">\(item.title)</p>"
        }
        for detail in item.details { html += "<p class=\"where\">\(detail)</p>" }
        if let mark = item.mark { html += "<p class=\"mark\">\(Component.tag(mark.label, mark.kind))</p>" }
        html += "</li>"
    }

    // MARK: Side by side

    struct Place: Equatable {
        var column: Int
        var columns: Int
    }

    /// Shares the width of a day among items that overlap, at most four side by side. Expects items in order of their start.
    static func places(_ items: [Item]) -> [Place] {
        var places = [Place](repeating: Place(column: 0, columns: 1), count: items.count)
        var cluster: [Int] = []
        var clusterEnd = Int.min
        var columnEnds: [Int] = []
        func close() {
            let columns = min(columnEnds.count, 4)
            for index in cluster {
                places[index].columns = columns
                places[index].column = min(places[index].column, columns - 1)
            }
            cluster.removeAll(keepingCapacity: true)
            columnEnds.removeAll(keepingCapacity: true)
        }
        for (index, item) in items.enumerated() {
            if item.times.lowerBound >= clusterEnd { close() }
            let column = columnEnds.firstIndex { $0 <= item.times.lowerBound } ?? columnEnds.count
            if column == columnEnds.count { columnEnds.append(0) }
            columnEnds[column] = item.times.upperBound
            places[index].column = column
            cluster.append(index)
            clusterEnd = max(clusterEnd == .min ? item.times.upperBound : clusterEnd, item.times.upperBound)
        }
        close()
        return places
    }

    private static let colorCount = 12

    /// A colour for each key: the one of its hash, or the next one free, so that up to twelve subjects are told apart; the
    /// same for the same set of keys, whatever their order.
    static func colors(of days: [Day]) -> [String: Int] {
        var colors: [String: Int] = [:]
        var taken = [Bool](repeating: false, count: colorCount)
        for day in days { for item in day.items { colors[item.colorKey] = 0 } }
        for key in colors.keys.sorted() {
            let wanted = color(key)
            let free = (0..<colorCount).map { (wanted + $0) % colorCount }.first { !taken[$0] }
            taken[free ?? wanted] = true
            colors[key] = free ?? wanted
        }
        return colors
    }

    /// One of twelve colours, the same for the same text on every node (FNV-1a).
    static func color(_ key: String) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int((hash >> 32 ^ hash) % UInt64(colorCount))
    }
}
