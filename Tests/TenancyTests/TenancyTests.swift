import Postgres
import Runtime
import TestSupport
import TestTenancy
import Testing

@testable import Tenancy

extension OnServers {
    @Suite struct TenancyTests {
        @Test func readsAndWritesOnTheTenantsShardOnly() async throws {
            let platform = try await TestPlatform.shared.platform()
            let first = try platform.addEstablishment(on: 1)
            let second = try platform.addEstablishment(on: 2)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                try await tenancy.insertRoom(first, "A")
                try await tenancy.insertRoom(second, "B")
                try await tenancy.insertRoom(second, "C")
                #expect(try await tenancy.countRooms(first) == 1)
                #expect(try await tenancy.countRooms(second) == 2)
            }
            #expect(
                try platform.sql(.shard(1), "select count(*) from room where establishment_id in (\(first), \(second))")
                    == "1")
            #expect(
                try platform.sql(.shard(2), "select count(*) from room where establishment_id in (\(first), \(second))")
                    == "2")
            await node.stop()
        }

        @Test func aStatementWithoutItsConditionStillSeesOneTenant() async throws {
            let platform = try await TestPlatform.shared.platform()
            let mine = try platform.addEstablishment(on: 1)
            let other = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                try await tenancy.insertRoom(mine, "A")
                try await tenancy.insertRoom(other, "A")
                let rows = try await tenancy.read(TenantBatch(try tenancy.context(for: mine), TestStatements.countAll))
                #expect(try rows[0][0].int(0) == 1)
            }
            await node.stop()
        }

        @Test func manyTenantsOnOneConnectionStayApart() async throws {
            let platform = try await TestPlatform.shared.platform()
            let ids = try (0..<8).map { _ in try platform.addEstablishment(on: 1) }
            let node = try await platform.startNode()
            try await node.run { tenancy in
                for (index, id) in ids.enumerated() {
                    for room in 0...index { try await tenancy.insertRoom(id, "\(room)") }
                }
                let contexts = try (0..<400).map { try tenancy.context(for: ids[$0 % 8]) }
                let counts = await tenancy.onEach(contexts, parallel: 100) { context in
                    try await tenancy.read(TenantBatch(context, TestStatements.countAll))[0][0].int(0)
                }
                for (index, count) in counts.enumerated() { #expect(try count.result.get() == index % 8 + 1) }
            }
            await node.stop()
        }

        @Test func aReadCannotWrite() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                let batch = TenantBatch(try tenancy.context(for: id), TestStatements.insert, UUID.v7(), "A")
                do {
                    _ = try await tenancy.read(batch)
                    Issue.record("written by a read")
                } catch TenancyError.database(let cause) {
                    #expect(cause.sqlState == "25006")
                }
                #expect(try await tenancy.countRooms(id) == 0)
                // The connection is not read-only for who comes next.
                try await tenancy.insertRoom(id, "A")
            }
            await node.stop()
        }

        @Test func aWriteIsWholeOrNothing() async throws {
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                var batch = TenantBatch(try tenancy.context(for: id), TestStatements.insert, UUID.v7(), "A")
                batch.add(TestStatements.insert, UUID.v7(), "A")
                do {
                    _ = try await tenancy.write(batch)
                    Issue.record("the same name twice")
                } catch TenancyError.database(let cause) {
                    #expect(cause.violatedConstraint == "room_establishment_id_name_key")
                }
                #expect(try await tenancy.countRooms(id) == 0)
            }
            await node.stop()
        }

        @Test func aTransactionIsUndoneByWhatItsBodyThrows() async throws {
            struct Change: Error {}
            let platform = try await TestPlatform.shared.platform()
            let id = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                let context = try tenancy.context(for: id)
                await #expect(throws: Change.self) {
                    try await tenancy.transaction(context) { transaction in
                        _ = try await transaction.query(TestStatements.insert, UUID.v7(), "A")
                        #expect(try await transaction.query(TestStatements.count)[0].int(0) == 1)
                        throw Change()
                    }
                }
                #expect(try await tenancy.countRooms(id) == 0)
                let count = try await tenancy.transaction(context) { transaction in
                    _ = try await transaction.query(TestStatements.insert, UUID.v7(), "A")
                    return try await transaction.query(TestStatements.count)[0].int(0)
                }
                #expect(count == 1)
                #expect(try await tenancy.countRooms(id) == 1)
            }
            await node.stop()
        }

        @Test func aTransactionTakesNoOtherTenantsBatch() async throws {
            let platform = try await TestPlatform.shared.platform()
            let mine = try platform.addEstablishment(on: 1)
            let other = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                let batch = TenantBatch(try tenancy.context(for: other), TestStatements.count)
                await #expect(throws: (any Error).self) {
                    try await tenancy.transaction(try tenancy.context(for: mine)) { try await $0.run(batch) }
                }
            }
            await node.stop()
        }

        @Test func thereIsNoContextForWhatIsNotOpen() async throws {
            let platform = try await TestPlatform.shared.platform()
            let provisioning = try platform.addEstablishment(on: 1, state: "provisioning")
            let suspended = try platform.addEstablishment(on: 1, state: "suspended")
            let closed = try platform.addEstablishment(on: 1, state: "closed")
            let nobody = EstablishmentID(rawValue: 2_000_000_000)
            let node = try await platform.startNode()
            try await node.run { tenancy in
                #expect(throws: TenancyError.notOpen(provisioning)) { try tenancy.context(for: provisioning) }
                #expect(throws: TenancyError.suspended(suspended)) { try tenancy.context(for: suspended) }
                #expect(throws: TenancyError.unknownEstablishment(closed)) { try tenancy.context(for: closed) }
                #expect(throws: TenancyError.unknownEstablishment(nobody)) { try tenancy.context(for: nobody) }
                let context = try tenancy.administrativeContext(for: suspended)
                #expect(context.establishment == suspended)
            }
            await node.stop()
        }

        @Test func opensWhatIsProvisionedAndCanBeRepeated() async throws {
            let platform = try await TestPlatform.start()
            let ids = try (0..<3).map { _ in try platform.addEstablishment(on: 1, state: "provisioning") }
            let other = try platform.addEstablishment(on: 2, state: "provisioning")
            try platform.sql(.shard(1), "delete from placement")
            try platform.sql(.shard(2), "delete from placement")
            let node = try await platform.startNode(user: "preau_admin")
            try await node.run { tenancy in
                let opened = try await tenancy.openProvisioned()
                #expect(try opened.map { try $0.result.get() } == [ids, [other]])
                #expect(try await tenancy.openProvisioned().isEmpty)
                try await tenancy.insertRoom(other, "A")
            }
            #expect(
                try platform.sql(.shard(1), "select count(*) from placement where state = 'active' and epoch = 1")
                    == "3")
            await node.stop()
        }

        @Test func fansOutOverShardsAndKeepsFailuresApart() async throws {
            let platform = try await TestPlatform.start(shards: 3)
            let id = try platform.addEstablishment(on: 3)
            platform.shards[1].kill()
            let node = try await platform.startNode()
            try await node.run { tenancy in
                let versions = await tenancy.onEveryShard(parallel: 2) { try await $0.schemaVersion() }
                #expect(versions.map(\.shard.rawValue) == [1, 2, 3])
                let newest = try versions[0].result.get()
                #expect(newest == Migration.shard.count)
                #expect(throws: TenancyError.shardUnavailable(ShardID(rawValue: 2))) { try versions[1].result.get() }
                #expect(try versions[2].result.get() == Migration.shard.count)
                let establishments = await tenancy.onEveryShard { $0.establishments }
                #expect(try establishments[2].result.get() == [id])
            }
            await node.stop()
        }

        /// What a request pays to find its tenant must not grow with the number of establishments.
        @Test func findingATenantCostsTheSameAmongAThousand() async throws {
            let territory = try #require(TerritoryID(rawValue: "grand-est"))
            let zone = try SchoolTimeZone.named("Europe/Paris")
            func map(_ count: Int) throws -> ShardMap {
                let establishments = try (1...count).map { number in
                    Establishment(
                        id: EstablishmentID(rawValue: Int32(number)), uai: try #require(UAI(number: number)),
                        territory: territory, name: "", kind: .lycee, levels: [], department: "67", city: "",
                        timeZone: zone,
                        zone: "B", placement: .init(shard: ShardID(rawValue: 1), epoch: 1), state: .active,
                        isInvented: true
                    )
                }
                return ShardMap(version: 1, establishments: establishments, shards: [])
            }
            func cost(_ map: ShardMap) -> Double {
                (0..<7).map { _ in
                    let start = Instant.now
                    var found = 0
                    for number in 0..<20_000 where map[EstablishmentID(rawValue: Int32(number % 10 + 1))] != nil {
                        found += 1
                    }
                    #expect(found == 20_000)
                    return Instant.now.since(start).seconds
                }.min() ?? 0
            }
            let (few, many) = (cost(try map(10)), cost(try map(1000)))
            #expect(many < few * 3, "\(few) s among 10, \(many) s among 1,000")
        }
    }
}
