internal import Foundation

/// What a local stack says of itself in `stack.json`.
struct StackFile: Decodable, Sendable {
    let admin: String
    let adminToken: String

    private enum CodingKeys: String, CodingKey {
        case admin
        case adminToken = "admin_token"
    }

    /// - Parameter state: the stack's folder.
    /// - Throws: `.noStack`.
    static func read(state: String) throws -> StackFile {
        let path = state + "/stack.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw OperatorError.noStack("no stack at \(path): start one with Infra/dev/up, or name it with --state DIR")
        }
        do {
            return try JSONDecoder().decode(StackFile.self, from: data)
        } catch {
            throw OperatorError.noStack("\(path) does not describe a stack")
        }
    }
}
