/// What a visit does to one product, request by request: the adapter file. Another product is driven by another file.
package struct Product: Sendable {
    /// A text that a right answer must have in it.
    package struct Expectation: Sendable {
        /// What is wrong when it is not there: `person`, `page`, `school`.
        package let what: String
        package let text: Template
        /// How the answer writes what fills the text's places.
        package let writing: Template.Writing
    }

    /// A text that no right answer has: a page of another kind, under the same status.
    package struct Refusal: Sendable {
        package let what: String
        package let text: [UInt8]
    }

    /// A value found between two texts of an answer, kept for the rest of the visit.
    package struct Find: Sendable {
        package enum Place: Sendable { case body, location }

        package let name: String
        package let place: Place
        package let after: [UInt8]
        package let before: [UInt8]
    }

    package struct Step: Sendable {
        package let name: String
        package let method: String
        package let path: Template
        package let headers: [(name: String, value: Template)]
        package let body: Body?
        package let status: Int
        /// How `Location` has to begin.
        package let location: String?
        /// Values made before the request: Base64url of a filled template.
        package let make: [(name: String, value: Template)]
        package let find: [Find]
        package let expect: [Expectation]
    }

    package enum Body: Sendable {
        case form([(name: String, value: Template)])
        case text(type: String, Template)

        /// Its type and content, the places filled.
        package func filled(_ value: (String) -> String?) -> (type: String, content: String) {
            switch self {
            case .form(let fields):
                (
                    "application/x-www-form-urlencoded",
                    fields.map { "\($0.name)=\($0.value.filled(.address, value))" }.joined(separator: "&")
                )
            case .text(let type, let template):
                (type, template.filled(type.hasPrefix("application/json") ? .json : .plain, value))
            }
        }
    }

    package let name: String
    package let pages: [String: Step]
    package let ways: [String: [Step]]
    package let signOut: [Step]
    package let assets: [Find]
    package let refusals: [Refusal]
    /// The cookie that is the session: kept between runs.
    package let sessionCookie: String

    /// Places of the requests and of what their answers are held against that nothing would fill, in order.
    /// - Parameter known: what is known before a visit: of its person, and of the run.
    package func placesWithoutValue(_ known: Set<String>) -> [String] {
        let steps = pages.values + ways.values.flatMap { $0 } + signOut
        let known = known.union(steps.flatMap { $0.find.map(\.name) + $0.make.map(\.name) })
        return Set(steps.flatMap(\.templates).flatMap(\.names)).subtracting(known).sorted()
    }
}

extension Product.Step {
    /// All that is filled with values.
    fileprivate var templates: [Template] {
        let content: [Template] =
            switch body {
            case .form(let fields): fields.map(\.value)
            case .text(_, let template): [template]
            case nil: []
            }
        return [path] + headers.map(\.value) + make.map(\.value) + expect.map(\.text) + content
    }
}
