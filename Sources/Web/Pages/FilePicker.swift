/// The field by which files are sent with a form, and taken off again. The form must be `multipart/form-data`
/// (`PostForm.hasFiles`). With `uploads`, on a page that says ``Page/sendsFiles``, a script sends them while the rest of the form
/// is being filled in and shows how far they are; without the script they go with the form.
package struct FilePicker: Sendable {
    /// Where a script sends files to, by tus.
    package struct Uploads: Sendable {
        package let address: Link
        /// The service's name for what they are for.
        package let use: String

        package init(_ address: Link, use: String) {
            self.address = address
            self.use = use
        }
    }

    package let name: String
    package let keptName: String
    package let label: String
    package let hint: String
    package let kept: [(value: String, name: String, size: String)]
    package let error: String?
    package var uploads: Uploads?
    /// Those on their way, as the script shows them; only a page that shows the component has any.
    var sending: [(name: String, percent: Int?, error: String?)] = []

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
        let error: HTML? = error.map { FilePicker.error(" id=\"\(id)-error\"", $0) }
        return """
            <div class="field file-picker"\(attributes(language))>\(there(language))<label for="\(id)">\(label)\
            <span class="optional"> (\(Phrase.optional[language]))</span></label><p class="hint" id="\(id)-hint">\(hint)</p>\
            <input type="file" id="\(id)" name="\(name)" multiple aria-describedby="\(described)"\
            \(attribute: "aria-invalid", self.error == nil ? nil : "true")>\(error)\(underWay(language))</div>
            """
    }

    private static func error(_ attributes: HTML, _ text: String) -> HTML {
        """
        <p class="field-error"\(attributes)><svg class="icon" aria-hidden="true"><use href="\(Assets.icons)#bad"/></svg>\(text)</p>
        """
    }

    /// What the script says in words.
    private func attributes(_ language: Language) -> HTML? {
        uploads.map {
            """
             data-uploads="\($0.address)" data-use="\($0.use)" data-done="\(Phrase.fileIsHere[language])" \
            data-failed="\(Phrase.fileFailed[language])" data-waiting="\(Phrase.filesAwaited[language])"
            """
        }
    }

    private func there(_ language: Language) -> HTML? {
        guard !kept.isEmpty || uploads != nil else { return nil }
        return """
            <fieldset class="kept-files"\(flag: "hidden", kept.isEmpty)><legend>\(Phrase.keptFiles[language])</legend>\
            <ul>\(kept.html { box($0.value, $0.name, "(\($0.size))") })</ul></fieldset>
            """
    }

    private func box(_ value: String, _ name: String, _ size: String) -> HTML {
        """
        <li><label><input type="checkbox" name="\(keptName)" value="\(value)" checked><span><span class="name">\(name)</span> \
        <span class="size">\(size)</span></span></label></li>
        """
    }

    /// The files on their way, and what the script makes each of them of.
    private func underWay(_ language: Language) -> HTML? {
        let rows = sending.html { row($0.name, percent: $0.percent, error: $0.error, language) }
        if uploads == nil { return sending.isEmpty ? nil : "<ul class=\"sending\">\(rows)</ul>" }
        return """
            <ul class="sending"></ul><p class="unseen" role="status"></p>\
            <template class="one">\(row("", percent: 0, error: nil, language))</template>\
            <template class="whole">\(box("", "", ""))</template><script src="\(Assets.uploadScript)" defer></script>
            """
    }

    private func row(_ name: String, percent: Int?, error: String?, _ language: Language) -> HTML {
        let bar: HTML? = percent.map {
            """
            <progress max="1" value="\(String(Double($0) / 100))" aria-label="\(name)"></progress>\
            <span class="share">\(language.number($0))\u{A0}%</span>
            """
        }
        return """
            <li><span class="name">\(name)</span>\(bar)\
            \(FilePicker.error(error == nil ? " hidden" : "", error ?? ""))\
            <button class="button quiet" type="button">\(Phrase.leaveFileOut[language])\
            <span class="unseen"> \(name)</span></button></li>
            """
    }
}

extension Phrase {
    static let keptFiles = Phrase(
        fr: "Fichiers joints (décochez pour retirer)", en: "Attached files (untick to remove)")
    fileprivate static let fileIsHere = Phrase(fr: "envoyé", en: "sent")
    fileprivate static let fileFailed = Phrase(
        fr: "L'envoi n'a pas abouti : vérifiez la connexion, puis choisissez à nouveau ce fichier.",
        en: "It could not be sent: check the connection, then choose this file again.")
    fileprivate static let filesAwaited = Phrase(
        fr: "Des fichiers sont en cours d'envoi : le formulaire part dès qu'ils sont arrivés.",
        en: "Files are on their way: the form is sent once they have arrived.")
    fileprivate static let leaveFileOut = Phrase(fr: "Retirer", en: "Leave out")
}
