internal import HTTP
internal import Runtime
internal import Web

/// The pieces of the diary's forms.
enum HomeworkFormPages {
    /// A form that posts where it came from.
    /// - Parameters:
    ///   - content: the field for Markdown, between those before and those after it.
    ///   - picker: the field for files, with which the form is sent as multipart.
    ///   - pickerError: why a file was refused.
    static func form(
        _ call: Call, _ hidden: HTML, _ before: [Field], content: RichTextField? = nil, _ after: [Field] = [],
        picker: HTML? = nil, pickerError: Phrase? = nil, cancel: Link
    ) -> HTML {
        let language = call.language
        let action = Link(localPath: call.request.path) ?? "/homework"
        // The picker's own field says it in full; the summary leads there.
        let files = pickerError.map {
            Field(Files.pickerField, Phrase.attachedFiles[language], error: $0[language])
        }
        let all = before + [content?.field].compactMap { $0 } + after + [files].compactMap { $0 }
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

    static func removal(
        _ call: Call, _ label: Phrase, advice: Phrase = .removeEntryAdvice, action: Link, revision: Int
    ) -> HTML {
        let language = call.language
        return """
            <details class="card"><summary>\(label[language])</summary><p>\(advice[language])</p>\
            <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
            \(Component.hidden("revision", String(revision)))\
            <button class="button" type="submit">\(label[language])</button></form></details>
            """
    }
}
