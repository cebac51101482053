internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Establishments that a feed brings: into the directory, on a shard, before anybody is put in them.
struct FeedEstablishmentStore {
    private let directory: PostgresPool

    init(_ directory: PostgresPool) { self.directory = directory }

    private static let defaults = PostgresStatement("select defaults, time_zone from territory where id = $1")
    private static let loads = PostgresStatement(
        """
        select s.id, s.state, s.weight, (select count(*) from establishment e where e.shard_id = s.id)
        from shard s order by s.id
        """)
    private static let insert = PostgresStatement(
        """
        insert into establishment (id, uai, territory_id, name, kind, levels, department, city, time_zone, zone, shard_id)
            overriding system value
        -- Negative in plans of programs before this one.
        select case when id > 0 then id else (feed_reserve(1))[1] end, uai, $1, name, kind,
            string_to_array(levels, ','), department, city, $2, zone, shard
        from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::smallint[]) as r (id, uai, name, kind, levels, department, city, zone, shard)
        on conflict (uai) do nothing
        """)
    private static let find = PostgresStatement(
        "select uai, id from establishment where uai = any ($1::text[]) and territory_id = $2")
    private static let nameStructures = PostgresStatement(
        """
        update feed_stage_structure s set establishment_id = r.id from unnest($2::integer[], $3::integer[]) as r (reserved, id)
        where s.import_number = $1 and s.establishment_id = r.reserved
        """)
    private static let nameUnits = PostgresStatement(
        """
        update feed_unit u set establishment_id = r.id from unnest($2::integer[], $3::integer[]) as r (reserved, id)
        where u.import_number = $1 and u.establishment_id = r.reserved
        """)
    private static let nameSteps = PostgresStatement(
        """
        update feed_step s set establishment_id = r.id from unnest($2::integer[], $3::integer[]) as r (reserved, id)
        where s.import_number = $1 and s.establishment_id = r.reserved
        """)
    private static let audit = PostgresStatement(
        """
        insert into audit (actor_kind, actor, address, request_id, action, scope, target, after)
        select $1, $2, $3, $4, 'establishment.add', $5, uai, jsonb_build_object('by', 'feed', 'import', $6::text)
        from unnest($7::text[]) as r (uai)
        """)
    private static let waiting = PostgresStatement(
        """
        select distinct s.establishment_id, s.uai, s.name, s.type, s.city from feed_stage_structure s
        where s.import_number = $1 and s.establishment_id is not null
            and not exists (select from establishment e where e.id = s.establishment_id)
        order by s.establishment_id
        """)

    struct New: Sendable {
        let reserved: Int32
        let uai: UAI
        let name: String
        let type: String
        let city: String
    }

    /// Those of an import that are still to be created.
    func waiting(in number: Int) async throws(PostgresError) -> [New] {
        var list: [New] = []
        for row in try await directory.run(PostgresBatch(Self.waiting, number), lane: .background)[0] {
            guard let uai = UAI(rawValue: try row.text(1)) else { continue }
            list.append(
                New(
                    reserved: try row.int32(0), uai: uai, name: try row.text(2), type: try row.text(3),
                    city: try row.text(4)))
        }
        return list
    }

    /// Creates them under the numbers that are reserved for them, and places each on the least loaded shard that the territory
    /// allows, in one transaction. They are open once `Tenancy.openProvisioned` has run.
    func create(
        _ new: [New], in territory: Territory, for feed: FeedImport, by actor: AuditActor
    ) async throws {
        try await directory.transaction(lane: .background, deadline: .seconds(120)) { transaction in
            var batch = PostgresBatch(ManifestStore.lock)
            batch.add(Self.defaults, territory.id.rawValue)
            batch.add(Self.loads)
            let results = try await transaction.run(batch)
            guard let row = results[1].first else { throw FeedError.unknownTerritory(territory.id) }
            let among = Self.shards(in: try row.json(0).text)
            let timeZone = try row.text(1)
            var loads: [DirectoryState.ShardLoad] = []
            for row in results[2] {
                loads.append(
                    DirectoryState.ShardLoad(
                        id: ShardID(rawValue: try row.int16(0)),
                        state: Shard.State(rawValue: try row.text(1)) ?? .retired,
                        weight: try row.int(2), load: try row.int(3)))
            }
            var shards: [Int16] = []
            for _ in new {
                guard let index = Placing.leastLoaded(of: loads, among: among) else { throw FeedError.noShard }
                loads[index].load += 1
                shards.append(loads[index].id.rawValue)
            }
            let kinds = new.map { AAFInterpreter.kind(ofType: $0.type, name: $0.name) }
            var writing = PostgresBatch()
            writing.add(
                Self.insert, territory.id.rawValue, timeZone, new.map(\.reserved), new.map(\.uai.rawValue),
                new.map(\.name),
                kinds.map(\.rawValue), kinds.map(Self.levels), new.map(\.uai.department), new.map(\.city),
                new.map { one in territory.departments.first { $0.code == one.uai.department }?.zone ?? "A" }, shards)
            writing.add(
                Self.audit, actor.kind.rawValue, actor.name, actor.address, actor.requestID, territory.id.rawValue,
                feed.id.description,
                new.map(\.uai.rawValue))
            writing.add(Self.find, new.map(\.uai.rawValue), territory.id.rawValue)
            var numbers: [String: Int32] = [:]
            for row in try await transaction.run(writing)[2] { numbers[try row.text(0)] = try row.int32(1) }
            // Somebody else created one of them meanwhile, in another territory.
            guard numbers.count == new.count else { throw FeedError.wrongState("out of date: plan it again") }
            // Whom somebody else created meanwhile in this territory, and those of plans of programs before this one.
            let renumbered = new.compactMap { one in
                numbers[one.uai.rawValue].flatMap { $0 == one.reserved ? nil : (reserved: one.reserved, id: $0) }
            }
            guard !renumbered.isEmpty else { return }
            let (reserved, ids) = (renumbered.map(\.reserved), renumbered.map(\.id))
            var naming = PostgresBatch(Self.nameStructures, feed.number, reserved, ids)
            naming.add(Self.nameUnits, feed.number, reserved, ids)
            naming.add(Self.nameSteps, feed.number, reserved, ids)
            _ = try await transaction.run(naming)
        }
    }

    private static func levels(_ kind: Establishment.Kind) -> String {
        switch kind {
        case .college: "6e,5e,4e,3e"
        case .lycee, .lyceePolyvalent, .lyceeProfessionnel: "2de,1re,Tle"
        case .citeScolaire: "6e,5e,4e,3e,2de,1re,Tle"
        case .other: "CP,CE1,CE2,CM1,CM2"
        }
    }

    /// The shards that a territory's manifest allows; nil for any.
    private static func shards(in defaults: String) -> [ShardID]? {
        var parser = JSONParser(Array(defaults.utf8))
        guard let document = try? parser.parse(), case .object(let members) = document,
            let shards = members.first(where: { $0.name == "shards" })?.value, case .array(let elements) = shards
        else { return nil }
        return elements.compactMap { element in
            if case .integer(let number) = element { ShardID(rawValue: Int16(clamping: number)) } else { nil }
        }
    }
}
