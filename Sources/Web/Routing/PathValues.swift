package import Runtime

/// The decoded parameters of the path. Their kinds were checked when the route was matched, so reading one as the declared
/// kind does not fail; reading it as another kind, or one that is not declared, is a mistake of the program (500).
package struct PathValues: Sendable {
    let declared: [Parameter]
    let names: [String]
    let values: [String]

    package func text(_ name: String) throws(Problem) -> String {
        guard let index = names.firstIndex(of: name), index < values.count else { throw Problem(.internalError) }
        return values[index]
    }

    package func uuid(_ name: String) throws(Problem) -> UUID { try read(name) { UUID($0) } }
    package func integer(_ name: String) throws(Problem) -> Int { try read(name, Parameter.integer) }
    package func date(_ name: String) throws(Problem) -> CivilDate { try read(name) { CivilDate($0) } }

    private func read<Value>(_ name: String, _ parse: (String) -> Value?) throws(Problem) -> Value {
        guard let value = parse(try text(name)) else { throw Problem(.internalError) }
        return value
    }
}
