internal import Identity
internal import Tenancy
internal import Web

extension TimetableService {
    /// Who edits, and where.
    struct Editor: Sendable {
        let establishment: EstablishmentID
        let uai: UAI
        let person: PersonID
        let account: AccountID
    }

    /// The caller as an editor of the establishment that the path names.
    /// - Throws: 404 for another tenant's establishment, 403 for one who may not edit it.
    func editor(_ call: Call) throws -> Editor {
        let id = try establishment(call)
        let profiles = try call.require(.schoolLife, .head, in: id)
        guard let profile = profiles.first, let uai = tenancy.map[id]?.uai else { throw TimetableError.notFound }
        return Editor(
            establishment: id, uai: uai, person: profile.person, account: try call.requireSession().holder.account)
    }

    /// One transaction on the establishment's shard; `body` does nothing outside it.
    func write<Value: Sendable>(
        _ editor: Editor, _ body: @escaping (TenantTransaction) async throws -> Value
    ) async throws -> Value {
        try await tenancy.transaction(
            try tenancy.context(for: editor.establishment), repetition: .whenUndone, body)
    }

    /// The same, done once for each Idempotency-Key.
    func once(
        _ call: Call, _ editor: Editor, _ body: @escaping (TenantTransaction) async throws -> IdempotentWrites.Outcome
    ) async throws -> IdempotentWrites.Outcome {
        try await IdempotentWrites.once(
            try call.idempotencyKey(), of: editor.account, fingerprint: call.fingerprint(try await call.json()),
            tenancy,
            try tenancy.context(for: editor.establishment), body)
    }
}
