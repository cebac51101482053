/// One field of a form, with its label, its hint and its error tied to it.
package struct Field: Sendable {
    package enum Control: Sendable {
        /// An `<input>`: `text`, `password`, `email`, `date`, `time`, `number`, `search`, `tel`, `url`.
        case input(type: StaticString)
        case area(rows: Int)
        case select([(value: String, label: String)])
        /// One of a few, all of them seen: `value` is the chosen one.
        case radios([(value: String, label: String)])
        /// Several of some: `chosen` are ticked.
        case boxes([(value: String, label: String)], chosen: Set<String> = [])
        /// A file of the person's device; the form needs `PostForm.hasFiles`.
        case file(accept: String?)
        case box
    }

    package var name: String
    package var label: String
    package var control: Control
    package var value: String?
    package var hint: String?
    package var error: String?
    package var isRequired = true
    /// `username`, `current-password`…: what a browser may fill in by itself.
    package var autocomplete: String?
    package var maxLength: Int?
    package var inputMode: String?
    /// Says "optional" beside a label that is not required; not where nothing is.
    package var saysOptional = true
    /// Of the element: once a page. Another one where two forms of a page have fields of one name.
    package var id: String

    package init(
        _ name: String, _ label: String, _ control: Control = .input(type: "text"), value: String? = nil,
        hint: String? = nil, error: String? = nil, isRequired: Bool = true, autocomplete: String? = nil,
        maxLength: Int? = nil, inputMode: String? = nil
    ) {
        self.name = name
        id = "field-" + name
        self.label = label
        self.control = control
        self.value = value
        self.hint = hint
        self.error = error
        self.isRequired = isRequired
        self.autocomplete = autocomplete
        self.maxLength = maxLength
        self.inputMode = inputMode
    }

    package func html(_ language: Language) -> HTML {
        let described = [hint.map { _ in id + "-hint" }, error.map { _ in id + "-error" }].compactMap { $0 }
        let common: HTML = """
             id="\(id)" name="\(name)"\(flag: "required", isRequired)\
            \(attribute: "aria-describedby", described.isEmpty ? nil : described.joined(separator: " "))\
            \(attribute: "aria-invalid", error == nil ? nil : "true")\(attribute: "autocomplete", autocomplete)\
            \(attribute: "maxlength", maxLength.map(String.init))\(attribute: "inputmode", inputMode)
            """
        let hint: HTML? = hint.map { "<p class=\"hint\" id=\"\(id)-hint\">\($0)</p>" }
        let error: HTML? = error.map {
            """
            <p class="field-error" id="\(id)-error"><svg class="icon" aria-hidden="true"><use href="\(Assets.icons)#bad"/></svg>\
            \($0)</p>
            """
        }
        let label: HTML =
            "\(label)\(isRequired || !saysOptional ? nil : "<span class=\"optional\"> (\(Phrase.optional[language]))</span>" as HTML)"
        switch control {
        case .radios(let options):
            let choices = options.html { choice("radio", $0, isChosen: $0.value == value, id) }
            return group(id, described, label, "\(hint)\(error)<div class=\"choices-row\">\(choices)</div>")
        case .boxes(let options, let chosen):
            let choices = options.html { choice("checkbox", $0, isChosen: chosen.contains($0.value), id) }
            return group(id, described, label, "\(hint)\(error)<div class=\"choices-columns\">\(choices)</div>")
        default: break
        }
        if case .box = control {
            return """
                <div class="field box"><label for="\(id)"><input type="checkbox" value="1"\(common)\(flag: "checked", value != nil)>\
                <span>\(label)</span></label>\(hint)\(error)</div>
                """
        }
        return "<div class=\"field\"><label for=\"\(id)\">\(label)</label>\(hint)\(input(common))\(error)</div>"
    }

    private func input(_ common: HTML) -> HTML {
        switch control {
        case .input(let type): "<input type=\"\(type.description)\"\(common)\(attribute: "value", value)>"
        case .area(let rows): "<textarea rows=\"\(rows)\"\(common)>\n\(value ?? "")</textarea>"
        case .select(let options):
            """
            <select\(common)>\
            \(options.html { "<option value=\"\($0.value)\"\(flag: "selected", $0.value == value)>\($0.label)</option>" })</select>
            """
        case .file(let accept): "<input type=\"file\"\(common)\(attribute: "accept", accept)>"
        case .box, .radios, .boxes: .empty
        }
    }

    /// The fields of a choice and their common label. It takes the focus when the summary of errors leads here.
    private func group(_ id: String, _ described: [String], _ label: HTML, _ content: HTML) -> HTML {
        """
        <fieldset class="field choices\(error == nil ? "" : " is-wrong")" id="\(id)" tabindex="-1"\
        \(attribute: "aria-describedby", described.isEmpty ? nil : described.joined(separator: " "))><legend>\(label)</legend>\(content)</fieldset>
        """
    }

    private func choice(
        _ type: StaticString, _ option: (value: String, label: String), isChosen: Bool, _ id: String
    ) -> HTML {
        """
        <label class="choice"><input type="\(type.description)" name="\(name)" value="\(option.value)"\
        \(flag: "checked", isChosen)\(flag: "required", isRequired && type.description == "radio")><span>\(option.label)</span></label>
        """
    }

    /// The list of what is wrong, above a form: each error leads to its field. The focus arrives here.
    package static func summary(_ fields: [Field], _ language: Language) -> HTML? {
        let wrong = fields.filter { $0.error != nil }
        guard !wrong.isEmpty else { return nil }
        let items = wrong.html { "<li><a href=\"#\($0.id)\">\($0.label)</a> – \($0.error ?? "")</li>" }
        let notice = Notice(.error, markup: "<p>\(Phrase.formHasErrors[language])</p><ul>\(items)</ul>")
        return "<div class=\"summary\" tabindex=\"-1\" autofocus>\(notice.html(language, isLive: true))</div>"
    }
}

extension Phrase {
    static let optional = Phrase(fr: "facultatif", en: "optional")
}

/// A form that posts to this site: its fields, the summary of errors above them, the token, one button.
package struct PostForm: Sendable {
    package var action: Link
    package var fields: [Field]
    package var submit: String
    /// Beside the button: another way out.
    package var cancel: HTML?
    package var forgeryToken: String?
    /// Below the fields: what is not a plain field, such as a file picker.
    package var more: HTML?
    /// Sends files: the route's body is `.multipart`.
    package var hasFiles = false
    /// What the form sends without showing it.
    package var hidden: [(name: String, value: String)] = []
    /// Not where the page shows it itself, above more than this form.
    package var showsSummary = true

    package init(_ action: Link, _ fields: [Field], submit: String, cancel: HTML? = nil, forgeryToken: String?) {
        self.action = action
        self.fields = fields
        self.submit = submit
        self.cancel = cancel
        self.forgeryToken = forgeryToken
    }

    package func html(_ language: Language) -> HTML {
        """
        <form class="form" method="post" action="\(action)"\
        \(attribute: "enctype", hasFiles ? "multipart/form-data" : nil) novalidate>\(Component.token(forgeryToken))\
        \(hidden.html { Component.hidden($0.name, $0.value) ?? .empty })\
        \(showsSummary ? Field.summary(fields, language) : nil)\(fields.html { $0.html(language) })\(more)\
        <div class="actions"><button class="button main" type="submit">\(submit)</button>\(cancel)</div></form>
        """
    }
}
