internal import Cryptography
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// Resumable uploads: tus 1.0.0, core, creation, expiration and termination (docs/decisions). Any node goes on with what another
/// began: all that an upload is, its digest's state included, is in the shard.
extension FileAPI {
    var uploadRoutes: [Route] { [create, state, append, abandon] }

    private static let upload = Parameter.uuid("upload", "The upload; also the identifier of the file it becomes.")
    private static let version = "1.0.0"

    private var create: Route {
        .api(
            .post, FileAPI.path + "/uploads", access: FileAPI.access, tag: "Files",
            summary: "Begins a resumable upload.",
            description: """
                tus 1.0.0: `Upload-Length`, and `Upload-Metadata` with `use` (the service's name for what the file is for) and \
                `filename`, both in base64. An upload that is not finished is forgotten 24 hours after its last part.
                """,
            parameters: [FileAPI.establishment], conditions: [.idempotencyKey],
            answers: [
                .json(
                    UploadAnswer.schema, "The upload.", status: 201,
                    headers: [("Location", "Where its parts go."), ("Upload-Expires", "When it is forgotten.")])
            ],
            errors: [
                .tusVersion, .tusHeader, .emptyFile, .fileTooLarge, .fileStorageFull, .unknownFileUse,
                .idempotencyKeyReused,
            ]
        ) { call in
            let (establishment, context, _) = try rights.place(call)
            try FileAPI.checkVersion(call)
            let metadata = try UploadMetadata(call.request.header("upload-metadata") ?? "")
            let length = try FileAPI.number("Upload-Length", call)
            let owner = try rights.owner(metadata.use)
            let person = try await owner.uploader(call, in: establishment)
            guard length > 0 else { throw FileError.empty }
            let uai = try call.path.text("establishment")
            let fingerprint = SHA256.hash("\(call.request.path)\n\(length)\n\(metadata.use)\n\(metadata.name)")
            let outcome = try await IdempotentWrites.once(
                try call.idempotencyKey(), of: try call.requireSession().holder.account, fingerprint: fingerprint,
                files.tenancy, context
            ) { transaction in
                let upload = try await files.begin(
                    metadata.name, use: owner.use, length: length, reserved: length, by: person, in: transaction)
                return IdempotentWrites.Outcome(
                    status: 201, body: JSONWriter.bytes(of: UploadAnswer(upload)),
                    location: "/api/v1/establishments/\(uai)/uploads/\(upload.id.rawValue)")
            }
            return FileAPI.marked(outcome.response, offset: nil, expiresAt: nil)
        }
    }

    private var state: Route {
        .api(
            .get, FileAPI.path + "/uploads/{upload}", access: FileAPI.access, tag: "Files",
            summary: "How far an upload is.", description: "tus asks with HEAD.",
            parameters: [FileAPI.establishment, FileAPI.upload],
            answers: [
                .json(
                    UploadAnswer.schema, "The upload.",
                    headers: [("Upload-Offset", "How many bytes are here."), ("Upload-Length", "How many it has.")])
            ]
        ) { call in
            let (_, context, persons) = try rights.place(call)
            var upload = try await files.upload(try FileAPI.id(call), of: persons, in: context)
            // The node or the shard went away between the last byte and the file: whoever asks next has it made.
            if upload.offset == upload.length, !upload.isWhole {
                try await complete(upload, context)
                upload = try await files.upload(upload.id, of: persons, in: context)
            }
            var response = Response.json(UploadAnswer(upload))
            if let length = upload.length { response.headers.set("Upload-Length", String(length)) }
            return FileAPI.marked(response, offset: upload.offset, expiresAt: upload.expiresAt)
        }
    }

    private var append: Route {
        .api(
            .patch, FileAPI.path + "/uploads/{upload}", access: FileAPI.access, tag: "Files",
            summary: "Sends the next bytes of an upload.",
            description: "tus 1.0.0: from `Upload-Offset` on. Bytes that came before a connection was lost are kept.",
            parameters: [FileAPI.establishment, FileAPI.upload],
            body: .stream(["application/offset+octet-stream"], limit: FileAPI.uploadLimit),
            answers: [
                .empty(
                    "Kept. At `Upload-Length`, the file is there.",
                    headers: [("Upload-Offset", "How many bytes are here.")])
            ],
            errors: [
                .tusVersion, .tusHeader, .uploadOffset, .emptyFile, .fileTooLarge, .fileTypeRefused, .filesBusy,
            ]
        ) { call in
            let (_, context, persons) = try rights.place(call)
            let upload = try await files.upload(try FileAPI.id(call), of: persons, prolonged: true, in: context)
            try FileAPI.checkVersion(call)
            guard call.request.header("content-type") == "application/offset+octet-stream" else {
                throw Problem(.unsupportedMediaType).adding(header: "Accept", "application/offset+octet-stream")
            }
            guard try FileAPI.number("Upload-Offset", call) == upload.offset else {
                throw FileError.offsetMismatch(at: upload.offset)
            }
            let use = try rights.owner(upload.use).use
            let offset = try await files.transferring {
                try await receive(call.request.body, upload, use, context)
            }
            return FileAPI.marked(Response(status: .noContent), offset: offset, expiresAt: upload.expiresAt)
        }
    }

    private func receive(
        _ body: RequestBody, _ upload: FileUpload, _ use: FileUse, _ context: TenantContext
    ) async throws -> Int {
        guard let length = upload.length, !upload.isWhole else { return upload.offset }
        if upload.offset == length {
            try await complete(upload, context)
            return length
        }
        body.allow(upTo: length - upload.offset)
        var receiving = try FileReceiving(upload, use: use, files, context)
        do {
            try await receiving.receive { try await body.next() }
            if receiving.offset == length { try await receiving.complete() }
        } catch let error as FileError where error == .typeRefused {
            // It will never be taken.
            try await files.abandon(upload.id, in: context)
            throw error
        }
        return receiving.offset
    }

    private func complete(_ upload: FileUpload, _ context: TenantContext) async throws {
        do {
            try await FileReceiving(upload, use: try rights.owner(upload.use).use, files, context).complete()
        } catch FileError.notFound {
            // Somebody else made it at this moment, or it is gone: what is read next tells.
        }
    }

    private var abandon: Route {
        .api(
            .delete, FileAPI.path + "/uploads/{upload}", access: FileAPI.access, tag: "Files",
            summary: "Gives up an upload, or a file that no item has.",
            parameters: [FileAPI.establishment, FileAPI.upload], answers: [.empty("Given up.")]
        ) { call in
            let (_, context, persons) = try rights.place(call)
            let upload = try await files.upload(try FileAPI.id(call), of: persons, in: context)
            try await files.abandon(upload.id, in: context)
            return FileAPI.marked(Response(status: .noContent), offset: nil, expiresAt: nil)
        }
    }

    // MARK: The protocol's headers

    /// Past what any use allows: a part is held to its upload's own length.
    private static let uploadLimit = 5_000_000_000

    private static func id(_ call: Call) throws -> FileID { FileID(rawValue: try call.path.uuid("upload")) }

    private static func checkVersion(_ call: Call) throws {
        guard call.request.header("tus-resumable") == version else { throw FileError.unknownVersion }
    }

    private static func number(_ name: String, _ call: Call) throws -> Int {
        guard let text = call.request.header(name.lowercased()), (1...15).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text)
        else { throw FileError.badHeader(name) }
        return value
    }

    private static func marked(_ response: Response, offset: Int?, expiresAt: Int64?) -> Response {
        var response = response
        response.headers.set("Tus-Resumable", version)
        response.headers.set("Cache-Control", "no-store")
        if let offset { response.headers.set("Upload-Offset", String(offset)) }
        if let expiresAt { response.headers.set("Upload-Expires", HTTPDate.text(expiresAt / 1_000_000)) }
        return response
    }
}
