internal import Identity
internal import Tenancy
internal import Web

/// Asks the service that a file belongs to.
struct FileRights: Sendable {
    private let files: Files
    private let owners: [String: any FileOwner]

    init(_ files: Files, _ owners: [any FileOwner]) {
        self.files = files
        self.owners = Dictionary(owners.map { ($0.use.name, $0) }) { first, _ in first }
    }

    /// What the path names, for somebody who is something there.
    /// - Throws: 404 for anybody else.
    func place(_ call: Call) throws -> (id: EstablishmentID, context: TenantContext, persons: [PersonID]) {
        guard let uai = UAI(rawValue: try call.path.text("establishment")), let here = files.tenancy.map[uai] else {
            throw FileError.notFound
        }
        let persons = call.profiles(in: here.id).map(\.person)
        guard !persons.isEmpty else { throw FileError.notFound }
        return (here.id, try files.tenancy.context(for: here.id), persons)
    }

    /// - Throws: `FileError.unknownUse`.
    func owner(_ use: String) throws -> any FileOwner {
        guard let owner = owners[use] else { throw FileError.unknownUse }
        return owner
    }

    /// The file of the path, when the caller may read it now: its service says so, and until it belongs to an item only its
    /// sender may.
    func readable(_ call: Call) async throws -> (file: StoredFile, context: TenantContext) {
        let (_, context, persons) = try place(call)
        guard let file = try await files.file(FileID(rawValue: try call.path.uuid("file")), in: context),
            let owner = owners[file.use]
        else { throw FileError.notFound }
        if let item = file.owner {
            try await owner.checkReader(call, of: item, in: context)
        } else {
            guard let uploader = file.uploader, persons.contains(uploader) else { throw FileError.notFound }
        }
        return (file, context)
    }
}
