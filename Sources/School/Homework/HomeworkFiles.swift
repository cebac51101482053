internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

extension FileUse {
    /// What a teacher hands out in a lesson; a filmed one at the most.
    static let lessonRecord = FileUse("lesson_record", largest: 500_000_000, most: 10, types: .schoolwork)
    /// What belongs to work to do.
    static let assignment = FileUse("assignment", largest: 100_000_000, most: 10, types: .schoolwork)
    /// What a sequence has for its lessons and their work: no larger than the smaller of these may be.
    static let sequence = FileUse("sequence", largest: 100_000_000, most: 100, types: .schoolwork)
}

/// Who sends and who reads the files of the diary: those who write and read the entry that they belong to.
struct HomeworkFileOwner: FileOwner {
    let service: HomeworkService
    let use: FileUse

    func uploader(_ call: Call, in establishment: EstablishmentID) async throws -> PersonID {
        guard let profile = try call.require(.teacher, in: establishment).first else { throw HomeworkError.notFound }
        return profile.person
    }

    func checkReader(_ call: Call, of item: UUID, in context: TenantContext) async throws {
        let profiles = call.profiles(in: context.establishment)
        func persons(_ roles: Role...) -> [PersonID] {
            profiles.filter { roles.contains($0.role) }.map(\.person)
        }
        guard
            let entry = try await service.readers.standing(
                context, of: item, isRecord: use == .lessonRecord, pupils: persons(.pupil),
                guardians: persons(.guardian), today: try service.today(in: context.establishment, call.now))
        else { throw HomeworkError.notFound }
        if !persons(.head, .schoolLife).isEmpty { return }
        let teachers = persons(.teacher)
        if let author = entry.author, teachers.contains(author) { return }
        guard entry.isPublished, !teachers.isEmpty || entry.isForPupil || entry.isForGuardian else {
            throw HomeworkError.notFound
        }
    }
}

/// A sequence and its files are its author's alone.
struct SequenceFileOwner: FileOwner {
    let service: HomeworkService
    let use = FileUse.sequence

    func uploader(_ call: Call, in establishment: EstablishmentID) async throws -> PersonID {
        guard let profile = try call.require(.teacher, in: establishment).first else { throw HomeworkError.notFound }
        return profile.person
    }

    func checkReader(_ call: Call, of item: UUID, in context: TenantContext) async throws {
        guard let teacher = call.profiles(in: context.establishment).first(where: { $0.role == .teacher }) else {
            throw HomeworkError.notFound
        }
        _ = try await service.sequences.sequence(context, SequenceID(rawValue: item), of: teacher.person)
    }
}

extension HomeworkService {
    /// The services' word on the files of records and of work.
    var fileOwners: [any FileOwner] {
        [
            HomeworkFileOwner(service: self, use: .lessonRecord), HomeworkFileOwner(service: self, use: .assignment),
            SequenceFileOwner(service: self),
        ]
    }

    /// The files of an entry as they are within the transaction that wrote it.
    func listed(
        _ item: UUID, _ use: FileUse, in transaction: TenantTransaction
    ) async throws -> [StoredFile] {
        var batch = TenantBatch(transaction.context)
        files.addListing(of: [item], use: use, to: &batch)
        return try files.listing(try await transaction.run(batch)[0])[item] ?? []
    }

    /// Files by their identifiers, to show a form again with what came in.
    func stored(_ ids: [FileID], _ context: TenantContext) async throws -> [StoredFile] {
        var found: [StoredFile] = []
        for id in ids.prefix(FileUse.sequence.most) {
            if let file = try await files.file(id, in: context) { found.append(file) }
        }
        return found
    }
}
