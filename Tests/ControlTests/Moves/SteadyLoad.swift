import Postgres
import Runtime
import Tenancy
import TestTenancy

/// So many writes a second at times fixed beforehand: one that waits delays none of the others, and its wait counts from when it
/// was due.
actor SteadyLoad {
    private(set) var acknowledged: [String] = []
    private(set) var errors: [String] = []
    private var latencies: [Double] = []
    private var begun = Instant.now
    private var ended = Instant.now
    private var isOver = false
    private var work: Task<Void, Never>?

    private static let insert = PostgresStatement("insert into room (establishment_id, id, name) values ($1, $2, $3)")

    func start(_ id: EstablishmentID, _ nodes: [TestNode], rate: Int, writers: Int) {
        begun = .now
        let begun = begun
        work = Task.detached { [self] in
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    let node = nodes[writer % nodes.count]
                    group.addTask { [self] in
                        let step = Duration.seconds(1) * Double(writers) / Double(rate)
                        var due = begun + step * (Double(writer) / Double(writers))
                        var number = 0
                        while await !isOver {
                            number += 1
                            let wait = due.since(.now)
                            if wait > .zero { try? await Task.sleep(for: wait) }
                            let name = "written \(writer)-\(number)"
                            do {
                                try await node.run { tenancy in
                                    _ = try await tenancy.write(
                                        TenantBatch(try tenancy.context(for: id), SteadyLoad.insert, UUID.v7(), name))
                                }
                                await acknowledge(name, Instant.now.since(due).seconds * 1000)
                            } catch {
                                await fail(error)
                            }
                            due = due + step
                        }
                    }
                }
            }
        }
    }

    private func acknowledge(_ name: String, _ milliseconds: Double) {
        acknowledged.append(name)
        latencies.append(milliseconds)
    }

    private func fail(_ error: any Error) { errors.append("\(error)") }

    func stop() async {
        isOver = true
        await work?.value
        ended = .now
    }

    struct Outcome: Sendable {
        let acknowledged: [String]
        let errors: [String]
        let elapsed: Double
        /// Milliseconds, by the share of writes that were at least as quick.
        let percentiles: [String: Double]
    }

    var outcome: Outcome {
        let sorted = latencies.sorted()
        func at(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
        return Outcome(
            acknowledged: acknowledged, errors: errors, elapsed: ended.since(begun).seconds,
            percentiles: ["50": at(0.5), "99": at(0.99), "99.9": at(0.999), "100": sorted.last ?? 0])
    }
}
