package import Runtime

/// The declared items of the query, checked before the handler runs. Items that the route does not declare are ignored.
package struct QueryValues: Sendable {
    private var values: [(name: String, text: String)] = []

    /// None.
    init() {}

    /// - Throws: `malformedRequest` for a query that cannot be decoded, `invalidParameter` naming each item that is missing,
    ///   given twice or of the wrong kind; `unanswerableParameter` for a day that no calendar of ours has.
    /// - Parameter emptyIsAbsent: as a form of a page means it; a program that names an item gives it a value.
    init(_ query: String?, declared: [Parameter], emptyIsAbsent: Bool = true) throws(Problem) {
        guard !declared.isEmpty, query?.isEmpty == false || declared.contains(where: \.isRequired) else { return }
        let form: Form
        do {
            form = try Form(urlEncoded: Array((query ?? "").utf8), limits: .query)
        } catch {
            throw error.problem
        }
        var errors: [Problem.Detail] = []
        var unanswerable: [Problem.Detail] = []
        // By index: a parameter is much to copy.
        for index in declared.indices {
            let name = declared[index].name
            let isRequired = declared[index].isRequired
            var text: String?
            var isGivenTwice = false
            for field in form.fields where field.name == name {
                if text == nil { text = field.value } else { isGivenTwice = true }
            }
            guard let text, !text.isEmpty || isRequired || !emptyIsAbsent else {
                if isRequired { errors.append(Problem.Detail(.parameter(name), .missing)) }
                continue
            }
            if isGivenTwice {
                errors.append(Problem.Detail(.parameter(name), .givenTwice))
            } else if let reason = declared[index].refusal(of: text) {
                errors.append(Problem.Detail(.parameter(name), reason))
            } else if let reason = declared[index].unanswerable(text) {
                unanswerable.append(Problem.Detail(.parameter(name), reason))
            } else {
                values.append((name, text))
            }
        }
        guard errors.isEmpty else { throw Problem(.invalidParameter, errors: errors) }
        guard unanswerable.isEmpty else { throw Problem(.unanswerableParameter, errors: unanswerable) }
    }

    package func text(_ name: String) -> String? { values.first { $0.name == name }?.text }
    package func uuid(_ name: String) -> UUID? { text(name).flatMap { UUID($0) } }
    package func integer(_ name: String) -> Int? { text(name).flatMap(Parameter.integer) }
    package func date(_ name: String) -> CivilDate? { text(name).flatMap { CivilDate($0) } }
    package func flag(_ name: String) -> Bool { text(name).flatMap(Parameter.flag) ?? false }

    package func choice<Value: RawRepresentable>(_ name: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        text(name).flatMap { Value(rawValue: $0) }
    }
}
