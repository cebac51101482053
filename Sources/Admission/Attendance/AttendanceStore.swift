package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// How each territory's minutes went, in the directory, for thirty-five days.
package struct AttendanceStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    package struct Minute: Sendable {
        /// Microseconds since 1970.
        package let start: Int64
        package let connected: Int
        package let waiting: Int
        package let requests: Int
        /// Answered rightly within three seconds of reaching the front.
        package let good: Int
        package let failed: Int
        package let shed: Int
        package let refused: [(rule: String, times: Int)]

        /// - Parameter refused: by rule, the rules of one name once.
        package init(
            start: Int64, connected: Int, waiting: Int, requests: Int, good: Int, failed: Int, shed: Int,
            refused: [(rule: String, times: Int)]
        ) {
            self.start = start
            self.connected = connected
            self.waiting = waiting
            self.requests = requests
            self.good = good
            self.failed = failed
            self.shed = shed
            self.refused = refused
        }

        /// Both together: of two territories, or of what else failed in the same minute.
        package func adding(_ other: Minute) -> Minute {
            var rules: [String: Int] = [:]
            for (rule, times) in refused + other.refused { rules[rule, default: 0] += times }
            return Minute(
                start: start, connected: connected + other.connected, waiting: waiting + other.waiting,
                requests: requests + other.requests, good: good + other.good, failed: failed + other.failed,
                shed: shed + other.shed, refused: rules.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
    }

    struct Tally: Sendable {
        var requests = 0
        var good = 0
        var failed = 0
        var shed = 0
        var refused: [String: Int] = [:]

        mutating func note(_ outcome: Attendance.Outcome) {
            requests += 1
            switch outcome {
            case .good: good += 1
            case .late: break
            case .failed: failed += 1
            case .shed: shed += 1
            // A refusal that says why is a right answer.
            case .refused(let rule):
                good += 1
                if refused.count < 50 || refused[rule] != nil { refused[rule, default: 0] += 1 }
            }
        }

        mutating func add(_ other: Tally) {
            requests += other.requests
            good += other.good
            failed += other.failed
            shed += other.shed
            refused.merge(other.refused, uniquingKeysWith: +)
        }
    }

    /// Adds to the minute that it is; on the occasion removes some that are too old, so that the table stays bounded.
    func add(_ tallies: [TerritoryID: Tally]) async throws(PostgresError) {
        let rows = tallies.sorted { $0.key < $1.key }
        var batch = PostgresBatch()
        batch.add(
            Self.upsert, rows.map(\.key.rawValue), rows.map { Int64($0.value.requests) },
            rows.map { Int64($0.value.good) }, rows.map { Int64($0.value.failed) }, rows.map { Int64($0.value.shed) },
            rows.map { row in
                let members = row.value.refused.sorted { $0.key < $1.key }.map {
                    JSON.Member($0.key, .integer($0.value))
                }
                return String(decoding: JSON.object(members).bytes, as: UTF8.self)
            })
        batch.add(Self.deleteSome)
        _ = try await directory.run(batch)
    }

    /// Notes how many people there are; the most of a minute is kept.
    func note(_ seen: [(territory: TerritoryID, connected: Int, waiting: Int)]) async throws(PostgresError) {
        _ = try await directory.run(
            PostgresBatch(
                Self.most, seen.map(\.territory.rawValue), seen.map { Int64($0.connected) },
                seen.map { Int64($0.waiting) }))
    }

    /// The latest minutes, the newest first.
    package func minutes(of territory: TerritoryID, most: Int) async throws(PostgresError) -> [Minute] {
        try read(try await directory.run(PostgresBatch(Self.latest, territory.rawValue, Int64(most)))[0])
    }

    /// The same of all territories together: the last so many minutes.
    package func minutes(most: Int) async throws(PostgresError) -> [Minute] {
        let rows = try read(try await directory.run(PostgresBatch(Self.latestOfAll, Int64(most)))[0])
        var minutes: [Minute] = []
        for row in rows {
            guard let last = minutes.last, last.start == row.start else {
                minutes.append(row)
                continue
            }
            minutes[minutes.count - 1] = last.adding(row)
        }
        return minutes
    }

    private func read(_ rows: PostgresRows) throws(PostgresError) -> [Minute] {
        var minutes: [Minute] = []
        for row in rows {
            var parser = JSONParser(Array(try row.json(7).text.utf8))
            let refused = (try? parser.parse())?.members ?? []
            minutes.append(
                Minute(
                    start: try row.timestamp(0).microseconds, connected: try row.int(1), waiting: try row.int(2),
                    requests: try row.int(3), good: try row.int(4), failed: try row.int(5), shed: try row.int(6),
                    refused: refused.map { ($0.name, $0.value.integer ?? 0) }))
        }
        return minutes
    }

    private static let upsert = PostgresStatement(
        """
        insert into attendance (territory_id, minute, requests, good, failed, shed, refused)
        select r.territory, date_trunc('minute', now()), r.requests, r.good, r.failed, r.shed, r.refused::jsonb
        from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
            as r (territory, requests, good, failed, shed, refused)
        join territory t on t.id = r.territory
        order by r.territory
        on conflict (territory_id, minute) do update set requests = attendance.requests + excluded.requests,
            good = attendance.good + excluded.good, failed = attendance.failed + excluded.failed,
            shed = attendance.shed + excluded.shed,
            refused = (select coalesce(jsonb_object_agg(name, times), '{}') from
                (select name, sum(times::bigint) as times from
                    (select * from jsonb_each_text(attendance.refused) a (name, times)
                     union all select * from jsonb_each_text(excluded.refused) b (name, times)) each
                 group by name order by name limit 50) summed)
        """)

    private static let most = PostgresStatement(
        """
        insert into attendance (territory_id, minute, connected, waiting)
        select r.territory, date_trunc('minute', now()), r.connected, r.waiting
        from unnest($1::text[], $2::bigint[], $3::bigint[]) as r (territory, connected, waiting)
        join territory t on t.id = r.territory
        order by r.territory
        on conflict (territory_id, minute) do update set connected = greatest(attendance.connected, excluded.connected),
            waiting = greatest(attendance.waiting, excluded.waiting)
        """)

    private static let deleteSome = PostgresStatement(
        """
        delete from attendance where (territory_id, minute) in
            (select territory_id, minute from attendance where minute < now() - interval '35 days'
             order by minute limit 100 for update skip locked)
        """)

    private static let latestOfAll = PostgresStatement(
        """
        select minute, connected, waiting, requests, good, failed, shed, refused from attendance
        where minute > now() - $1::bigint * interval '1 minute' order by minute desc
        """)

    private static let latest = PostgresStatement(
        """
        select minute, connected, waiting, requests, good, failed, shed, refused from attendance
        where territory_id = $1 and minute > now() - interval '35 days' order by minute desc limit $2
        """)
}
