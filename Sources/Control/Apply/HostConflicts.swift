/// Host names that would be of two things at once after a plan: applying could not go through.
enum HostConflicts {
    /// - Parameters:
    ///   - closed: UAIs whose host names are free for others.
    ///   - establishments: as manifests declare them.
    /// - Returns: one line for each host name, in their order.
    static func lines(
        _ current: DirectoryRows, _ hosts: RowDifference<HostRow>, _ establishments: [EstablishmentRow],
        closed: Set<String>
    ) -> [String] {
        let outdated = Set(hosts.outdated.map(\.host))
        var owners: [String: String] = [:]
        for row in current.hosts.filter({ !outdated.contains($0.host) }) + hosts.upserted {
            owners[row.host] = "territory \(row.territory)"
        }
        let declared = Dictionary(establishments.map { ($0.uai, $0) }, uniquingKeysWith: { first, _ in first })
        let others = current.establishments.filter { declared[$0.uai] == nil && !closed.contains($0.uai) }
        var conflicts: [String: String] = [:]
        for row in others + establishments {
            for host in row.hosts ?? [] {
                if let owner = owners[host] {
                    conflicts[host] = "the host name \(host) of \(row.uai) is that of \(owner)"
                } else {
                    owners[host] = "establishment \(row.uai)"
                }
            }
        }
        return conflicts.sorted { $0.key < $1.key }.map(\.value)
    }
}
