/// A table of data: caption, column headers, the first cell of a row as its header. Wider than a phone, it scrolls by itself.
package struct Table: Sendable {
    package struct Column: Sendable {
        package let title: String
        package let isNumeric: Bool

        package static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }
        /// Set flush right.
        package static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
    }

    private let caption: String
    private let id: String
    private let columns: [Column]
    private let hidesCaption: Bool
    private var rows = HTML()

    /// - Parameters:
    ///   - id: unique in the page, of letters and digits.
    ///   - hidesCaption: leaves the caption to screen readers, where a heading above says the same.
    package init(_ caption: String, id: StaticString, _ columns: [Column], hidesCaption: Bool = false) {
        self.caption = caption
        self.id = id.description
        self.columns = columns
        self.hidesCaption = hidesCaption
    }

    /// - Parameter cells: one a column; the first names the row.
    package mutating func add(_ cells: [HTML]) {
        rows += "<tr>"
        for (index, cell) in cells.enumerated() {
            let isNumeric = columns.indices.contains(index) && columns[index].isNumeric
            let kind: String? = isNumeric ? "number" : nil
            rows +=
                index == 0
                ? "<th scope=\"row\"\(attribute: "class", kind)>\(cell)</th>"
                : "<td\(attribute: "class", kind)>\(cell)</td>"
        }
        rows += "</tr>"
    }

    package var html: HTML {
        let heads = columns.html {
            "<th scope=\"col\"\(attribute: "class", $0.isNumeric ? "number" : nil)>\($0.title)</th>"
        }
        return """
            <div class="table" role="region" aria-labelledby="\(id)-caption" tabindex="0"><table>\
            <caption id="\(id)-caption"\(attribute: "class", hidesCaption ? "unseen" : nil)>\(caption)</caption>\
            <thead><tr>\(heads)</tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }
}
