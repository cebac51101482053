package import Runtime
internal import Web

/// Where nodes come from: what starts and stops them. One for each way to run a machine; the rest of the platform does not know which.
package protocol NodeDriver: Sendable {
    /// Starts the node of that name, or finds that it runs. It may still be warming up when this returns.
    /// - Throws: `NodeError.driver`.
    func start(_ name: NodeName) async throws(NodeError) -> NodePlace

    /// Ends the node of that name, whatever it is doing, in the way in which it finishes what runs; nothing when there is none.
    /// - Throws: `NodeError.driver`.
    func stop(_ name: NodeName) async throws(NodeError)
}

/// How a node is called: by the front, in `X-Preau-Node`, and by its driver. `node-1` to `node-64`.
package struct NodeName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let most = 64

    package let number: Int

    package init?(number: Int) {
        guard (1...NodeName.most).contains(number) else { return nil }
        self.number = number
    }

    package init?(_ text: String) {
        guard text.hasPrefix("node-"), let number = Int(text.dropFirst(5)), text == "node-\(number)" else { return nil }
        self.init(number: number)
    }

    package var description: String { "node-\(number)" }

    package static func < (left: NodeName, right: NodeName) -> Bool { left.number < right.number }
}

/// Where a node listens: for people, for health and metrics, and for what asks how much it can do. IPv4 addresses in numbers.
package struct NodePlace: Equatable, Sendable {
    package struct Address: Equatable, Sendable, CustomStringConvertible {
        package let host: String
        package let port: UInt16

        /// `127.0.0.1:8101`; nil for anything else, since it goes into commands of HAProxy.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let port = UInt16(parts[1]), port > 0 else { return nil }
            let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            guard numbers.count == 4, numbers.allSatisfy({ UInt8($0).map(String.init) == String($0) }) else {
                return nil
            }
            host = String(parts[0])
            self.port = port
        }

        package var description: String { "\(host):\(port)" }
    }

    package let address: Address
    package let privateAddress: Address
    package let agent: Address
}

/// A driver that is a program: `PROGRAM WORDS… start|stop NAME`. `start` prints `{"address", "private", "agent"}`; both are safe to
/// repeat, and end with a status other than 0 when it did not work.
package struct NodeDriverCommand: NodeDriver {
    private let words: [String]
    private let pool: BlockingPool

    /// - Parameter words: the program's path and its first arguments.
    package init(_ words: [String], pool: BlockingPool) {
        self.words = words
        self.pool = pool
    }

    package func start(_ name: NodeName) async throws(NodeError) -> NodePlace {
        let output = try await run("start", name)
        var parser = JSONParser(output)
        guard let answer = try? parser.parse() else { throw .driver("its answer is no JSON") }
        func address(_ key: String) -> NodePlace.Address? { answer[key]?.text.flatMap { NodePlace.Address($0) } }
        guard let people = address("address"), let hidden = address("private"), let agent = address("agent") else {
            throw .driver("its answer has no address, private, agent")
        }
        return NodePlace(address: people, privateAddress: hidden, agent: agent)
    }

    package func stop(_ name: NodeName) async throws(NodeError) { _ = try await run("stop", name) }

    private func run(_ verb: String, _ name: NodeName) async throws(NodeError) -> [UInt8] {
        let outcome: ChildProcess.Outcome
        do {
            outcome = try await pool.run { [words] in
                try ChildProcess.run(
                    words.first ?? "", words.dropFirst() + [verb, name.description], limit: 16_384,
                    patience: .seconds(60))
            }
        } catch {
            throw .driver("it could not be started")
        }
        guard outcome.status == 0 else { throw .driver("\(verb) ended with status \(outcome.status)") }
        return outcome.output
    }
}
