internal import Runtime
internal import Web

extension ConsolePages {
    static func day(_ date: CivilDate, _ language: Language) -> HTML {
        "<time datetime=\"\(date.description)\">\(language.fullDate(date))</time>"
    }

    /// A button in a line of a table; for those who do not see the line it says what it is about.
    static func rowAct(_ action: Link, _ label: Phrase, about: String, _ call: Call) -> HTML {
        """
        <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
        <button class="button quiet" type="submit">\(label[call.language])<span class="unseen"> – \(about)</span></button></form>
        """
    }
}
