import Tenancy
import TestTenancy
import Testing

@testable import Control

/// What establishments weigh, as the directory knows it.
@Suite struct ShardLoadTests {
    @Test func schoolsWeighByTheirPeopleAndByWhatWentOverTheLineInAWeek() async throws {
        let platform = try await TestPlatform.start()
        try platform.sql(
            .directory,
            """
            insert into territory (id, kind, code, name) values ('val-fictif', 'department', '94', 'Val-Fictif');
            insert into establishment (id, uai, territory_id, name, kind, department, zone, shard_id) overriding system value
            select 900 + n, '099000' || n || chr(64 + n), 'val-fictif', 'Établissement fictif ' || n, 'college', '94', 'C', (n + 2) / 3
            from generate_series(1, 6) n;
            insert into account (id, login, given_name, family_name, state)
            select gen_random_uuid(), 'fictif.' || n, 'Fictif', 'Inventé', 'active' from generate_series(1, 600) n;
            insert into profile (account_id, establishment_id, role, person_id, valid_from, valid_to)
            select id, 901 + n % 6, 'pupil', gen_random_uuid(), current_date - 9, case when n <= 60 then current_date - 1 end
            from (select id, row_number() over (order by login) as n from account where login like 'fictif.%') a;
            insert into line_usage
            select 'establishment', '0990001A', date_bin('10 minutes', now() - interval '1 hour' * n, 'epoch'), 600, 400
            from generate_series(1, 24 * 10) n;
            insert into line_usage values ('territory', 'val-fictif', date_bin('10 minutes', now(), 'epoch'), 1000000, 0);
            """)
        let node = try await platform.startNode(user: "preau_admin")
        let loads = ShardLoadStore(node.directory)
        let (people, traffic) = try await node.run { _ in (try await loads.people(), try await loads.traffic()) }
        #expect(
            (901...906).map { people[EstablishmentID(rawValue: $0)] } == [90, 90, 90, 90, 90, 90],
            "those who have left do not count")
        // One of the hours more or less, at the edge.
        let bytes = try #require(traffic[EstablishmentID(rawValue: 901)])
        #expect((167_000...169_000).contains(bytes), "of the last seven days, both ways")
        #expect(traffic[EstablishmentID(rawValue: 902)] == nil)
        let plan = ShardPlan.make(
            [
                .init(id: ShardID(rawValue: 1), state: .active, weight: 100),
                .init(id: ShardID(rawValue: 2), state: .active, weight: 100),
            ],
            try (1...6).map { number in
                let id = EstablishmentID(rawValue: Int32(900 + number))
                return .init(
                    id: id, uai: try #require(UAI(rawValue: "099000\(number)\(Array("ABCDEF")[number - 1])")),
                    shard: ShardID(rawValue: Int16((number + 2) / 3)), people: people[id] ?? 0,
                    traffic: traffic[id] ?? 0)
            }, limit: 10)
        // As many people on both; the used one stays, the other leaves it.
        #expect(plan.steps.map { "\($0.uai) \($0.from) \($0.to)" } == ["0990002B 1 2"])
        await node.stop()
    }
}
