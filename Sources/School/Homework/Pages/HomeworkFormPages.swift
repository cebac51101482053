internal import HTTP
internal import Runtime
internal import Web

/// The pieces of the diary's forms.
enum HomeworkFormPages {
    /// A form that posts where it came from.
    /// - Parameters:
    ///   - content: the field for Markdown, between those before and those after it.
    ///   - picker: the field for files, with which the form is sent as multipart.
    static func form(
        _ call: Call, _ hidden: HTML, _ before: [Field], content: RichTextField? = nil, _ after: [Field] = [],
        picker: HTML? = nil, cancel: Link
    ) -> HTML {
        let language = call.language
        let action = Link(localPath: call.request.path) ?? "/homework"
        let all = before + (content.map { [$0.field] } ?? []) + after
        let preview: HTML? = content.map { _ in RichTextField.previewButton(language) }
        return """
            <form class="form" method="post" action="\(action)"\
            \(attribute: "enctype", picker == nil ? nil : "multipart/form-data") novalidate>\
            \(Component.token(call.frame.forgeryToken))\(hidden)\
            \(Field.summary(all, language))\(before.html { $0.html(language) })\(content?.html(language))\
            \(after.html { $0.html(language) })\(picker)\
            <div class="actions"><button class="button main" type="submit">\(Phrase.save[language])</button>\(preview)\
            \(Component.button(Phrase.cancel[language], to: cancel))</div></form>
            """
    }

    /// The field for Markdown, with what it becomes when that was asked for.
    static func content(_ reader: FormReader, rows: Int, _ language: Language) -> RichTextField {
        RichTextField(
            "content", Phrase.recordContent[language], value: reader.form["content"],
            error: reader.error("content")?[language], isRequired: false, rows: rows,
            showsPreview: wantsPreview(reader))
    }

    /// Sent by the button that only shows what the text becomes.
    static func wantsPreview(_ reader: FormReader) -> Bool { reader.form[RichTextField.preview] != nil }

    /// Of a form that is shown: for the first time, again for its preview, or again because something is wrong.
    static func status(_ call: Call, _ reader: FormReader) -> Status {
        call.route.method == .get || wantsPreview(reader) ? .ok : .unprocessableContent
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
