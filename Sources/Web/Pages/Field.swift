/// One field of a form, with its label, its hint and its error tied to it.
package struct Field: Sendable {
    package enum Control: Sendable {
        /// An `<input>`: `text`, `password`, `email`, `date`, `time`, `number`, `search`, `tel`, `url`.
        case input(type: StaticString)
        case area(rows: Int)
        case select([(value: String, label: String)])
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

    package init(
        _ name: String, _ label: String, _ control: Control = .input(type: "text"), value: String? = nil,
        hint: String? = nil, error: String? = nil, isRequired: Bool = true, autocomplete: String? = nil,
        maxLength: Int? = nil, inputMode: String? = nil
    ) {
        self.name = name
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
        let id = "field-" + name
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
            "\(label)\(isRequired ? nil : "<span class=\"optional\"> (\(Phrase.optional[language]))</span>" as HTML)"
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
        case .box: .empty
        }
    }

    /// The list of what is wrong, above a form: each error leads to its field.
    package static func summary(_ fields: [Field], _ language: Language) -> HTML? {
        let wrong = fields.filter { $0.error != nil }
        guard !wrong.isEmpty else { return nil }
        let items = wrong.html { "<li><a href=\"#field-\($0.name)\">\($0.label)</a> – \($0.error ?? "")</li>" }
        return Notice(.error, markup: "<p>\(Phrase.formHasErrors[language])</p><ul>\(items)</ul>").html(
            language, isLive: true)
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

    package init(_ action: Link, _ fields: [Field], submit: String, cancel: HTML? = nil, forgeryToken: String?) {
        self.action = action
        self.fields = fields
        self.submit = submit
        self.cancel = cancel
        self.forgeryToken = forgeryToken
    }

    package func html(_ language: Language) -> HTML {
        """
        <form class="form" method="post" action="\(action)"\(attribute: "enctype", hasFiles ? "multipart/form-data" : nil) novalidate>\(Component.token(forgeryToken))\
        \(Field.summary(fields, language))\(fields.html { $0.html(language) })\(more)\
        <div class="actions"><button class="button main" type="submit">\(submit)</button>\(cancel)</div></form>
        """
    }
}
