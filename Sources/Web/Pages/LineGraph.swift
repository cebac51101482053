/// Values over time: an SVG made on the server, that says in words what it shows. Its lines are told apart by their dashes, not by
/// colour alone; it takes the width it is given.
package struct LineGraph: Sendable {
    package struct Series: Sendable {
        package let name: String
        /// As many as the others', the oldest first; nil where nothing is known.
        package let values: [Int?]

        package init(_ name: String, _ values: [Int?]) {
            self.name = name
            self.values = values
        }
    }

    private static let width = 720
    private static let height = 200
    private static let styles = ["first", "second", "third"]

    private let title: String
    private let summary: String
    private let series: [Series]
    private let limit: (name: String, value: Int)?
    private let axis: [String]
    private let label: @Sendable (Int) -> String

    /// - Parameters:
    ///   - summary: what somebody who does not see the picture is told.
    ///   - series: three at most.
    ///   - limit: a level, drawn when the values come near it.
    ///   - axis: moments, from the first value to the last.
    ///   - label: a value in words.
    package init(
        _ title: String, summary: String, _ series: [Series], limit: (name: String, value: Int)? = nil,
        axis: [String], label: @escaping @Sendable (Int) -> String
    ) {
        self.title = title
        self.summary = summary
        self.series = Array(series.prefix(Self.styles.count))
        self.axis = axis
        self.label = label
        let most = self.series.flatMap(\.values).compactMap { $0 }.max() ?? 0
        // A quota far above what is used would flatten the rest.
        self.limit = limit.flatMap { $0.value <= max(1, most) * 4 ? $0 : nil }
    }

    package var html: HTML {
        let top = max(1, series.flatMap(\.values).compactMap { $0 }.max() ?? 0, limit?.value ?? 0)
        let lines = zip(series, Self.styles).html { series, style in
            "<path class=\"\(style)\" d=\"\(path(series.values, top))\"/>"
        }
        let level: HTML? = limit.map { limit in
            let y = Self.y(limit.value, top)
            return "<path class=\"limit\" d=\"M0 \(y)H\(Self.width)\"/>"
        }
        var keys = zip(series, Self.styles).html { key($0.name, $1) }
        if let limit { keys += key(limit.name, "limit") }
        let moments = axis.html { "<span>\($0)</span>" }
        return """
            <figure class="graph"><figcaption>\(title)</figcaption><p class="graph-top">\(label(top))</p>\
            <svg viewBox="0 0 \(Self.width) \(Self.height)" preserveAspectRatio="none" role="img" aria-label="\(summary)">\
            \(level)\(lines)</svg><p class="graph-axis">\(moments)</p><ul class="graph-key">\(keys)</ul></figure>
            """
    }

    private func key(_ name: String, _ style: String) -> HTML {
        """
        <li><svg viewBox="0 0 40 8" aria-hidden="true"><path class="\(style)" d="M0 4H40"/></svg> \(name)</li>
        """
    }

    private func path(_ values: [Int?], _ top: Int) -> String {
        var text = ""
        var isDrawing = false
        for (index, value) in values.enumerated() {
            guard let value else {
                isDrawing = false
                continue
            }
            let x = values.count > 1 ? index * Self.width / (values.count - 1) : 0
            text += "\(isDrawing ? "L" : "M")\(x) \(Self.y(value, top))"
            // A single moment among unknown ones is seen as well.
            if !isDrawing { text += "h1" }
            isDrawing = true
        }
        return text
    }

    private static func y(_ value: Int, _ top: Int) -> Int { height - 4 - max(0, value) * (height - 12) / top }
}
