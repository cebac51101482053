internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Files by the API: what they are, their bytes, and small ones in one form.
package struct FileAPI: Sendable {
    let files: Files
    let rights: FileRights

    package init(_ files: Files, owners: [any FileOwner]) {
        self.files = files
        rights = FileRights(files, owners)
    }

    package var routes: [Route] { [describe, content, send] + uploadRoutes }

    /// Whoever is something in an establishment; the rest is the service's to say.
    static let access = Access.roles("pupil", "guardian", "teacher", "school_life", "head", "staff")
    static let path = "/api/v1/establishments/{establishment}"
    static let establishment = Parameter.uai("establishment", "The establishment.")
    /// The whole of a form; a larger file goes by a resumable upload.
    static let formLimit = 600_000_000
    private static let file = Parameter.uuid("file", "The file.")

    private var describe: Route {
        .api(
            .get, FileAPI.path + "/files/{file}", access: FileAPI.access, tag: "Files", summary: "What a file is.",
            parameters: [FileAPI.establishment, FileAPI.file],
            answers: [.json(FileAnswer.schema, "The file.")]
        ) { call in
            let file = try await rights.readable(call).file
            return .json(FileAnswer(file, in: try call.path.text("establishment")))
        }
    }

    private var content: Route {
        .api(
            .get, FileAPI.path + "/files/{file}/content", access: FileAPI.access, tag: "Files",
            summary: "The bytes of a file.",
            description:
                "Takes `Range`, `If-Range`, `If-None-Match` and HEAD. Several ranges at once are answered with the whole.",
            parameters: [FileAPI.establishment, FileAPI.file],
            answers: [
                .other("*/*", "The bytes."), .other("*/*", "The range asked for.", status: 206),
                .empty("It is what `If-None-Match` names.", status: 304),
                .empty("The range is outside the file.", status: 416),
            ], errors: [.filesBusy]
        ) { call in
            let (file, context) = try await rights.readable(call)
            return try files.response(file, in: context)
        }
    }

    private var send: Route {
        .api(
            .post, FileAPI.path + "/files", access: FileAPI.access, tag: "Files",
            summary: "Sends files in one form.",
            description: "The files then belong to no item for 24 hours; a write of their service attaches them.",
            parameters: [FileAPI.establishment],
            query: [Parameter.text("use", "The service's name for what they are for.", maxLength: 31).required],
            body: .multipart([.text(Files.pickerField, "A file; any number of times.")], limit: FileAPI.formLimit),
            answers: [.json(Schema.array(of: FileAnswer.schema, 0...100), "The files.", status: 201)],
            errors: [
                .emptyFile, .fileTooLarge, .fileTypeRefused, .fileStorageFull, .tooManyFiles, .unknownFileUse,
                .filesBusy,
            ]
        ) { call in
            let (establishment, context, _) = try rights.place(call)
            let owner = try rights.owner(call.query.text("use") ?? "")
            let person = try await owner.uploader(call, in: establishment)
            let received = try await files.receiveForm(call, use: owner.use, by: person, in: context)
            if let first = received.errors.first { throw first }
            var answers: [FileAnswer] = []
            for id in received.new {
                guard let file = try await files.file(id, in: context) else { throw FileError.notFound }
                answers.append(FileAnswer(file, in: try call.path.text("establishment")))
            }
            return .json(answers, status: .created)
        }
    }
}
