internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// The form of an entry of the diary with its files: shown for the first time, or as it came in.
struct EntryForm {
    let service: HomeworkService
    let actor: HomeworkService.Actor
    let use: FileUse
    /// Refused files are noted in it at the field of the files.
    var reader: FormReader
    /// Nil for a form that is shown for the first time.
    private let sent: FilesForm?

    /// The whole of what is sent, files included: one largest file, and some more.
    static let limit = 600_000_000
    static let parameters: [Parameter] =
        [
            .text("title", "The title."), .text("content", "Markdown.", maxLength: DiaryRules.longestContent),
            .text("key", "Makes the form count once.", maxLength: 36),
            .flag(RichTextField.preview, "Shows what the text becomes, and saves nothing."),
        ] + PublicationChoice.parameters
    static let revisionParameter = Parameter.integer("revision", 1...Int.max, "The revision read.")

    /// A form that nobody filled in yet. - Parameter fields: what it begins with.
    init(
        _ use: FileUse, _ service: HomeworkService, _ actor: HomeworkService.Actor, _ fields: [(String, String)]
    ) {
        (self.use, self.service, self.actor) = (use, service, actor)
        reader = FormReader(Form(fields: fields.map { Form.Field(name: $0.0, value: $0.1) }))
        sent = nil
    }

    /// The form of a call, read to its end, its files kept.
    init(
        _ use: FileUse, _ service: HomeworkService, _ actor: HomeworkService.Actor, receiving call: Call
    ) async throws {
        (self.use, self.service, self.actor) = (use, service, actor)
        let sent = try await service.files.receiveForm(call, use: use, by: actor.person, in: actor.context)
        self.sent = sent
        reader = FormReader(sent.form)
        for (name, reason) in sent.refused {
            reader.refuse(Files.pickerField, Phrase(fr: "\(name) : \(reason[.fr])", en: "\(name): \(reason[.en])"))
        }
    }

    /// Everything read so far is right, and more was asked for than a preview.
    var isToBeSaved: Bool { reader.isValid && !HomeworkFormPages.wantsPreview(reader) }

    var revision: Int { reader.form["revision"].flatMap { Int($0) } ?? 0 }

    /// The identifier of what the form adds: from its own key, so that a double click adds once.
    var identifier: UUID { reader.form["key"].flatMap { UUID($0) } ?? .v7() }

    /// Makes the files of the form those of the entry, in the transaction that writes it.
    func attachFiles(to entry: UUID, in transaction: TenantTransaction) async throws {
        try await service.files.set(sent?.files ?? [], of: entry, use: use, by: actor.person, in: transaction)
    }

    // MARK: Showing it

    /// The files that came in with the form, with an earlier try of it, or that the entry has.
    /// - Parameter entry: what the form is of; nil for a new one.
    func files(of entry: UUID?) async throws -> [StoredFile] {
        if let sent { return try await service.stored(sent.files, actor.context) }
        guard let entry else { return [] }
        return try await service.teaching.files(actor.context, of: entry, use)
    }

    /// The field for files, with those that are there.
    func picker(of entry: UUID?, _ language: Language) async throws -> HTML {
        let there = try await files(of: entry)
        let errors = reader.errors.filter { $0.field == Files.pickerField }.map { $0.reason[language] }
        return FilePages.picker(
            Phrase.attachedFiles[language], use: use, in: actor.uai, there: there,
            error: errors.isEmpty ? nil : errors.joined(separator: " "), language)
    }

    /// The page of the form. A form that came back was not saved: 422, except for a preview.
    func page(_ call: Call, _ title: Phrase, _ main: HTML) -> Response {
        var page = Page(title: title, main: main)
        page.sendsFiles = true
        return call.page(page, status: HomeworkFormPages.status(call, reader))
    }
}
