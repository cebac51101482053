/// What a page says, without the frame around it.
package struct Page: Sendable {
    package enum Width: String, Sendable {
        /// A form, an error: one narrow column.
        case narrow
        /// Text, lists, tables.
        case regular
        /// As wide as the window: a week.
        case wide
    }

    package let title: Phrase
    package let main: HTML
    package let width: Width
    /// Without navigation: the door of the site.
    package let isEntrance: Bool
    /// The browser loads the page again after so many seconds.
    package var refreshAfter: Int?
    /// Has a ``FilePicker`` that sends files by itself: its script may run, and talk to this site.
    package var sendsFiles = false

    /// - Parameters:
    ///   - title: names the page in the browser; the site's name is added.
    ///   - main: with exactly one `<h1>`, see ``Component/heading(_:lead:actions:)``.
    package init(title: Phrase, main: HTML, width: Width = .regular, isEntrance: Bool = false) {
        self.title = title
        self.main = main
        self.width = width
        self.isEntrance = isEntrance
    }
}
