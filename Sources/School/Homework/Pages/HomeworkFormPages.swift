internal import HTTP
internal import Runtime
internal import Web

/// The pieces of the diary's forms.
enum HomeworkFormPages {
    /// A form that posts where it came from.
    static func form(_ call: Call, _ hidden: HTML, _ fields: [Field], more: HTML = .empty, cancel: Link) -> HTML {
        let language = call.language
        let action = Link(localPath: call.request.path) ?? "/homework"
        return """
            <form class="form" method="post" action="\(action)" novalidate>\(Component.token(call.frame.forgeryToken))\(hidden)\
            \(Field.summary(fields, language))\(fields.html { $0.html(language) })\(more)\
            <div class="actions"><button class="button main" type="submit">\(Phrase.save[language])</button>\
            \(Component.button(Phrase.cancel[language], to: cancel))</div></form>
            """
    }

    static func removal(
        _ call: Call, _ label: Phrase, advice: Phrase = .removeEntryAdvice, action: Link, revision: Int
    ) -> HTML {
        let language = call.language
        return """
            <details class="card"><summary>\(label[language])</summary><p>\(advice[language])</p>\
            <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
            \(LessonFormPages.hidden("revision", String(revision)))\
            <button class="button" type="submit">\(label[language])</button></form></details>
            """
    }
}
