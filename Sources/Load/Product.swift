/// What a visit does to one product, request by request: the adapter file. Another product is driven by another file.
package struct Product: Sendable {
    /// A text that a right answer must have in it.
    package struct Expectation: Sendable {
        /// What is wrong when it is not there: `person`, `page`, `school`.
        package let what: String
        package let text: Template
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
    }

    package let name: String
    package let pages: [String: Step]
    package let ways: [String: [Step]]
    package let signOut: [Step]
    package let assets: [Find]
    package let refusals: [Refusal]
    /// The cookie that is the session: kept between runs.
    package let sessionCookie: String
}
