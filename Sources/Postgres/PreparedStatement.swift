internal import Glibc

/// A statement as prepared on one connection, for one list of declared parameter types.
final class PreparedStatement {
    /// Its name on the server, as C wants it each time it runs.
    let name: UnsafeMutablePointer<CChar>?
    let types: [UInt32]

    init(name: String, types: [UInt32]) {
        self.name = strdup(name)
        self.types = types
    }

    deinit { free(name) }

    func fits(_ item: PostgresBatch.Item, of batch: PostgresBatch) -> Bool {
        guard item.parameters.count == types.count else { return false }
        let first = item.parameters.lowerBound
        for index in types.indices where batch.parameters[first + index].type != types[index] { return false }
        return true
    }
}
