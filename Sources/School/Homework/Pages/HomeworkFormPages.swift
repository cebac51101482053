internal import HTTP
internal import Runtime
internal import Web

/// The pieces of the diary's forms.
enum HomeworkFormPages {
    /// A form that posts where it came from.
    /// - Parameter picker: the field for files, with which the form is sent as multipart.
    static func form(_ call: Call, _ hidden: HTML, _ fields: [Field], picker: HTML? = nil, cancel: Link) -> HTML {
        let language = call.language
        let action = Link(localPath: call.request.path) ?? "/homework"
        return """
            <form class="form" method="post" action="\(action)"\
            \(attribute: "enctype", picker == nil ? nil : "multipart/form-data") novalidate>\
            \(Component.token(call.frame.forgeryToken))\(hidden)\
            \(Field.summary(fields, language))\(fields.html { $0.html(language) })\(picker)\
            <div class="actions"><button class="button main" type="submit">\(Phrase.save[language])</button>\
            \(Component.button(Phrase.cancel[language], to: cancel))</div></form>
            """
    }

    /// The field for files, with those that are there or came in with an earlier try.
    static func picker(
        _ use: FileUse, there: [StoredFile], refused: [(name: String, reason: Phrase)], _ language: Language
    ) -> HTML {
        let error = refused.map { "\($0.name) : \($0.reason[language])" }.joined(separator: " ")
        return FilePages.picker(
            Phrase.attachedFiles[language], use: use, there: there, error: refused.isEmpty ? nil : error, language)
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
