/// The field by which files are sent with a form, and taken off again. The form must be `multipart/form-data`
/// (`PostForm.hasFiles`).
package struct FilePicker: Sendable {
    package let name: String
    package let keptName: String
    package let label: String
    package let hint: String
    package let kept: [(value: String, name: String, size: String)]
    package let error: String?

    /// - Parameters:
    ///   - name: of the field that files come in.
    ///   - keptName: of the boxes that keep what is there.
    ///   - hint: how many, how large.
    ///   - kept: what is there already, each with the value that its box sends.
    package init(
        name: String, keptName: String, label: String, hint: String,
        kept: [(value: String, name: String, size: String)] = [], error: String? = nil
    ) {
        self.name = name
        self.keptName = keptName
        self.label = label
        self.hint = hint
        self.kept = kept
        self.error = error
    }

    package func html(_ language: Language) -> HTML {
        let id = "field-" + name
        let described = id + "-hint" + (error == nil ? "" : " " + id + "-error")
        let error: HTML? = error.map {
            """
            <p class="field-error" id="\(id)-error"><svg class="icon" aria-hidden="true"><use href="\(Assets.icons)#bad"/></svg>\
            \($0)</p>
            """
        }
        return """
            <div class="field file-picker">\(there(language))<label for="\(id)">\(label)\
            <span class="optional"> (\(Phrase.optional[language]))</span></label><p class="hint" id="\(id)-hint">\(hint)</p>\
            <input type="file" id="\(id)" name="\(name)" multiple aria-describedby="\(described)"\
            \(attribute: "aria-invalid", self.error == nil ? nil : "true")>\(error)</div>
            """
    }

    private func there(_ language: Language) -> HTML? {
        guard !kept.isEmpty else { return nil }
        let boxes = kept.html {
            """
            <li><label><input type="checkbox" name="\(keptName)" value="\($0.value)" checked><span>\($0.name) \
            <span class="size">(\($0.size))</span></span></label></li>
            """
        }
        return
            "<fieldset class=\"kept-files\"><legend>\(Phrase.keptFiles[language])</legend><ul>\(boxes)</ul></fieldset>"
    }
}

extension Phrase {
    static let keptFiles = Phrase(
        fr: "Fichiers joints (décochez pour retirer)", en: "Attached files (untick to remove)")
}
