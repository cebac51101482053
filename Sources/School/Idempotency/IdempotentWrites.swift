package import HTTP
internal import Identity
internal import Postgres
internal import Runtime
package import Tenancy
package import Web

/// Writes that a client may send again without doing them again: the answer is kept on the shard under the client's key, in
/// the transaction of the effect, so that either both are there or none.
package enum IdempotentWrites {
    /// What a write answered: the part of a response that is worth keeping.
    package struct Outcome: Sendable {
        package let status: Int
        /// JSON.
        package let body: [UInt8]
        package let location: String?

        package init(status: Int, body: [UInt8], location: String? = nil) {
            self.status = status
            self.body = body
            self.location = location
        }

        package var response: Response {
            var response = Response.json(body, status: Status(rawValue: status))
            if let location { response.headers.set("Location", location) }
            return response
        }
    }

    /// Runs `write` in a transaction, or gives the answer it gave before under the same key. Two at the same instant take
    /// turns on the key's row.
    /// - Parameters:
    ///   - key: nil: the write simply runs. `write` runs again when its session ended: it does nothing outside the transaction.
    ///   - fingerprint: of the request; another request under the same key is refused.
    /// - Throws: `ProblemCode.idempotencyKeyReused`, and what `write` throws (nothing is kept then).
    package static func once(
        _ key: IdempotencyKey?, of account: AccountID, fingerprint: [UInt8], _ tenancy: Tenancy,
        _ context: TenantContext,
        _ write: @escaping (TenantTransaction) async throws -> Outcome
    ) async throws -> Outcome {
        try await tenancy.transaction(context, repetition: key == nil ? .whenUndone : .always) { transaction in
            guard let key else { return try await write(transaction) }
            let begun = try await transaction.query(IdempotencyStore.begin, account.rawValue, key.text, fingerprint)
            if begun.affected == 0 {
                let known = try await transaction.query(IdempotencyStore.answer, account.rawValue, key.text)
                guard let row = known.first else { throw Problem(.unavailable) }
                guard try row.bytes(0) == fingerprint else { throw Problem(.idempotencyKeyReused) }
                return Outcome(
                    status: Int(try row.int16(1)), body: try row.optionalBytes(2) ?? [],
                    location: try row.optionalText(3))
            }
            let outcome = try await write(transaction)
            _ = try await transaction.query(
                IdempotencyStore.finish, account.rawValue, key.text, Int16(clamping: outcome.status), outcome.body,
                outcome.location)
            return outcome
        }
    }
}
