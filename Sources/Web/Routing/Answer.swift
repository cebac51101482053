/// What a route answers when all is well, for the OpenAPI document.
package struct Answer: Sendable {
    package enum Content: Sendable {
        case empty
        case json(Schema)
        case other(mediaType: String)
    }

    package let status: Int
    package let content: Content
    package let description: String
    /// Headers worth knowing: name and English description.
    package let headers: [(name: String, description: String)]

    var mediaType: String? {
        switch content {
        case .empty: nil
        case .json: "application/json"
        case .other(let mediaType): mediaType
        }
    }

    package static func json(
        _ schema: Schema, _ description: String, status: Int = 200, headers: [(name: String, description: String)] = []
    ) -> Answer {
        Answer(status: status, content: .json(schema), description: description, headers: headers)
    }

    package static func empty(
        _ description: String, status: Int = 204, headers: [(name: String, description: String)] = []
    ) -> Answer {
        Answer(status: status, content: .empty, description: description, headers: headers)
    }

    package static func page(_ description: String) -> Answer {
        Answer(status: 200, content: .other(mediaType: "text/html"), description: description, headers: [])
    }

    /// Leads to another address.
    package static let elsewhere = Answer.empty(
        "Leads elsewhere.", status: 303, headers: [("Location", "Where to.")])

    package static func other(_ mediaType: String, _ description: String, status: Int = 200) -> Answer {
        Answer(status: status, content: .other(mediaType: mediaType), description: description, headers: [])
    }
}
