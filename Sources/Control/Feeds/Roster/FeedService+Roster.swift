internal import Runtime
internal import Tenancy

/// Deliveries of OneRoster tables and of SIECLE and STS documents: received whole, then compared and applied as any other.
extension FeedService {
    /// - Throws: `FeedError`; the import is then written down as refused, and nothing was changed.
    /// - Parameter body: gives the archive's next bytes, nil at its end.
    func receive(_ order: Order, _ format: RosterReader.Format, _ body: @escaping Body) async throws -> FeedImport {
        let number = try await open(order, kind: format.rawValue)
        return try await guarding(order, number) {
            let delivery = try await read(body) { input, output in
                try RosterReader(format, import: number, from: input, to: output).read()
            } progress: { [staging] in
                try await staging.count(number, received: $0)
            }
            let scopes = try FeedPlanner.scopes(of: delivery, academy: nil)
            try await check(scopes, of: order)
            try await staging.set(number, .received)
            for old in try await staging.add(scopes, to: number) { try await staging.clear(old) }
            return try await plan(
                order, number, scopes, delivery.anomalies, delivery.rejected, records: delivery.records,
                keeping: delivery.silentAbout, withoutKey: delivery.withoutKey)
        }
    }
}
