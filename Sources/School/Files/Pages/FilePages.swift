internal import HTTP
internal import Runtime
package import Web

/// Files as people open them, and how they are shown in the pages of the services that have them.
package struct FilePages: Sendable {
    private let files: Files
    private let rights: FileRights

    package init(_ files: Files, owners: [any FileOwner]) {
        self.files = files
        rights = FileRights(files, owners)
    }

    package var routes: [Route] {
        [
            .page(
                .get, "/files/{establishment}/{file}", access: FileAPI.access, tag: "Files", summary: "A file.",
                parameters: [FileAPI.establishment, .uuid("file", "The file.")],
                answers: [.other("*/*", "The file.")], errors: [.filesBusy]
            ) { call in
                let (file, context) = try await rights.readable(call)
                return try files.response(file, in: context)
            }
        ]
    }

    /// Files as a list of links, each with its size; nothing when there is none.
    /// - Parameter establishment: the UAI.
    package static func list(_ files: [StoredFile], in establishment: String, _ language: Language) -> HTML? {
        guard !files.isEmpty else { return nil }
        let items = files.html { file in
            let link: Link = "/files/\(establishment)/\(file.id.rawValue)"
            return
                "<li><a href=\"\(link)\">\(file.name)</a> <span class=\"size\">(\(FileSize.text(file.size, language)))</span></li>"
        }
        return "<ul class=\"files\">\(items)</ul>"
    }

    /// The field of a form by which files are sent, with those that are there already.
    /// The page that shows it says `Page.sendsFiles`.
    /// - Parameters:
    ///   - establishment: the UAI.
    ///   - there: the item's files, and those that came in with an earlier try of the form.
    ///   - error: why files of the last try were refused (`FilesForm.refused`).
    package static func picker(
        _ label: String, use: FileUse, in establishment: String, there: [StoredFile], error: String? = nil,
        _ language: Language
    ) -> HTML {
        var picker = FilePicker(
            name: Files.pickerField, keptName: Files.keptField, label: label,
            hint: Phrase.fileHint(most: use.most, largest: use.largest)[language],
            kept: there.map { ($0.id.rawValue.description, $0.name, FileSize.text($0.size, language)) }, error: error)
        picker.uploads = FilePicker.Uploads("/api/v1/establishments/\(establishment)/uploads", use: use.name)
        return picker.html(language)
    }
}
