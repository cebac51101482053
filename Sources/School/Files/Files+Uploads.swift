internal import Runtime
internal import Tenancy

/// What comes in.
extension Files {
    /// Opens an upload; the bytes it may take are counted from now on.
    /// - Throws: `FileError.tooLarge`, `.storageFull`.
    func begin(
        _ name: String, use: FileUse, length: Int?, reserved: Int, by person: PersonID, in context: TenantContext
    ) async throws -> FileUpload {
        try await tenancy.transaction(context) { transaction in
            try await begin(name, use: use, length: length, reserved: reserved, by: person, in: transaction)
        }
    }

    func begin(
        _ name: String, use: FileUse, length: Int?, reserved: Int, by person: PersonID,
        in transaction: TenantTransaction
    ) async throws -> FileUpload {
        guard reserved <= use.largest else { throw FileError.tooLarge(limit: use.largest) }
        return try await FileStore.begin(
            .new(), use: use.name, name: FileName.cleaned(name), length: length, reserved: reserved, by: person,
            in: transaction)
    }

    /// One that is under way, or whole and no item's yet, of one of these persons.
    /// - Throws: `FileError.notFound`.
    func upload(
        _ id: FileID, of persons: [PersonID], prolonged: Bool = false, in context: TenantContext
    ) async throws -> FileUpload {
        guard let upload = try await FileStore.upload(id, prolonged: prolonged, tenancy, context),
            let uploader = upload.uploader, persons.contains(uploader)
        else { throw FileError.notFound }
        return upload
    }

    /// Gives up an upload and its place.
    func abandon(_ id: FileID, in context: TenantContext) async throws {
        try await tenancy.transaction(context) { transaction in try await FileStore.remove([id], in: transaction) }
    }

    /// Counts a transfer while it lasts.
    /// - Throws: `FileError.busy` when there are too many on this loop.
    func transferring<Value>(_ body: () async throws -> Value) async throws -> Value {
        loop.assertCurrent()
        guard transfers < Files.mostTransfers else { throw FileError.busy }
        transfers += 1
        defer { transfers -= 1 }
        return try await body()
    }
}
