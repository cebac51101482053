/// A question put in front of the page, without a script: the browser opens it itself from its button, as a modal dialog that
/// Escape closes and that gives the focus back (invoker commands), or else as a popover. A browser that knows neither shows a
/// link in the button's place, to `fallback`, a page with the same question.
package struct Dialog: Sendable {
    package let id: String
    package let title: String
    package let opener: String
    /// The page that asks the same where dialogs do not open.
    package let fallback: Link
    package let content: HTML
    /// Beside the button that closes: the forms or links that answer the question.
    package let actions: HTML
    package var isQuiet = false

    /// - Parameters:
    ///   - id: unique in the page, of letters, digits and hyphens.
    ///   - opener: the words of the button that opens it.
    ///   - content: may hold a form of its own, then `actions` is empty.
    package init(
        id: String, title: String, opener: String, fallback: Link, content: HTML, actions: HTML = .empty,
        isQuiet: Bool = false
    ) {
        self.id = id
        self.title = title
        self.opener = opener
        self.fallback = fallback
        self.content = content
        self.actions = actions
        self.isQuiet = isQuiet
    }

    /// The button and the dialog; may stand where a button may.
    package func html(_ language: Language) -> HTML {
        let kind: HTML = isQuiet ? "button quiet" : "button"
        return """
            <div class="asking"><a class="\(kind)" href="\(fallback)">\(opener)</a>\
            <button class="\(kind)" type="button" command="show-modal" commandfor="\(id)" popovertarget="\(id)">\(opener)</button>\
            <dialog id="\(id)" class="dialog" aria-labelledby="\(id)-title" popover><h2 id="\(id)-title">\(title)</h2>\
            <div class="dialog-body">\(content)</div><div class="actions">\(actions)\
            <button class="button" type="button" command="close" commandfor="\(id)" popovertarget="\(id)">\
            \(Phrase.closeDialog[language])</button></div></dialog></div>
            """
    }
}
