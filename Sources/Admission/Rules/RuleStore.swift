internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Rules and caps in the directory.
enum RuleStore {
    private static let rules = PostgresStatement("select scope_kind, scope, kind, name, document from rule")

    static let reading: PostgresBatch = {
        var batch = PostgresBatch()
        batch.add(DirectoryTopic.versions)
        batch.add(rules)
        batch.isRepeatable = true
        return batch
    }()

    /// A row that cannot be read is named in the log and left out: it takes no other rule away.
    static func book(from results: [PostgresRows], log: Log) throws(PostgresError) -> RuleBook {
        var rules: [CalendarRule] = []
        var capacities: [Capacity] = []
        for row in results[1] {
            let kind = try row.text(2)
            let name = try row.text(3)
            var parser = JSONParser(Array(try row.json(4).text.utf8))
            let document = try? parser.parse()
            let scope = RuleScope(kind: try row.text(0), name: try row.text(1))
            if let scope, let document, kind == "window",
                let rule = CalendarRule(scope: scope, name: name, document: document)
            {
                rules.append(rule)
            } else if let scope, let document, kind == "admission",
                let capacity = Capacity(scope: scope, document: document)
            {
                capacities.append(capacity)
            } else {
                log.error("unreadable rule of the directory", ("kind", .text(kind)), ("name", .text(name)))
            }
        }
        return RuleBook(
            version: try DirectoryTopic.version(of: "policy", in: results[0]),
            rules: rules.sorted { ($0.scope.name, $0.name) < ($1.scope.name, $1.name) }, capacities: capacities)
    }
}
