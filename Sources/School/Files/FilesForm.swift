internal import HTTP
internal import Runtime
package import Tenancy
package import Web

/// A form with files, read to its end: what was typed, the files that came in whole, and why others did not.
package struct FilesForm: Sendable {
    package let form: Form
    /// Files kept from an earlier try of the same form (the picker's boxes), then those that came in now, in their order.
    package let files: [FileID]
    /// Those that came in now.
    package let new: [FileID]
    /// To be said at the field: the names are the sender's.
    package let refused: [(name: String, reason: Phrase)]
    let errors: [FileError]
}

extension Files {
    /// The field in which `FilePicker` sends files, and that of the files which are there already.
    package static let pickerField = "upload"
    package static let keptField = "file"

    /// Reads the form of a route whose body is `.multipart`: files are kept as they come, under the person's name, and belong
    /// to no item yet. A file that is refused takes nothing else away, so that the form can be shown again with what was
    /// typed and what came in.
    /// - Parameter person: as `FileOwner.uploader` says.
    /// - Throws: `Problem` of a form that cannot be read; `TenancyError`.
    package func receiveForm(
        _ call: Call, use: FileUse, by person: PersonID, in context: TenantContext
    ) async throws -> FilesForm {
        let stream = try await call.multipart()
        return try await transferring {
            var fields: [Form.Field] = []
            var files: [FileID] = []
            var refused: [(name: String, error: FileError)] = []
            while let part = try await stream.next() {
                switch part {
                case .field(let field): fields.append(field)
                case .file(let field, let name):
                    guard field == Files.pickerField else { throw Problem(.malformedRequest) }
                    do {
                        guard files.count < use.most else { throw FileError.tooMany(limit: use.most) }
                        files.append(try await receive(name, from: stream, use: use, by: person, in: context))
                    } catch let error as FileError {
                        refused.append((FileName.cleaned(name), error))
                    }
                }
            }
            let kept = fields.filter { $0.name == Files.keptField }.compactMap { UUID($0.value) }.map(FileID.init)
            return FilesForm(
                form: Form(fields: fields), files: kept + files, new: files,
                refused: refused.map { ($0.name, $0.error.reason) }, errors: refused.map(\.error))
        }
    }

    private func receive(
        _ name: String, from stream: MultipartStream, use: FileUse, by person: PersonID, in context: TenantContext
    ) async throws -> FileID {
        let most = min(use.largest, stream.remaining.map { $0 + 131_072 } ?? use.largest)
        let upload = try await begin(name, use: use, length: nil, reserved: most, by: person, in: context)
        do {
            var receiving = try FileReceiving(upload, use: use, self, context)
            try await receiving.receive { try await stream.content() }
            try await receiving.complete()
        } catch {
            // Nobody can go on with it: its place is given back now. When this fails too, the sweep does it.
            try? await abandon(upload.id, in: context)
            throw error
        }
        return upload.id
    }
}
