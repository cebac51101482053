/// The body a route takes.
package enum RequestContent: Sendable {
    case none
    /// JSON, checked against the schema before the handler sees it. The limit is in bytes.
    case json(Schema, limit: Int = 65_536)
    /// A form of a page, urlencoded or multipart. The fields are for the documentation and the tests; values are read with
    /// ``FormReader``, which keeps what is wrong beside its field.
    case form([Parameter], limits: FormLimits = FormLimits())
    /// A form of a page with files that may be large: the handler reads it with `Call.multipart()`, the form's token comes
    /// first (`Component.token`). Always multipart. The limit, in bytes, is for all of it.
    case multipart([Parameter], limit: Int)
    /// Read by the handler piece by piece, of these media types. The limit is in bytes.
    case stream([String], limit: Int)

    package var isNone: Bool { if case .none = self { true } else { false } }

    /// At most so many bytes.
    package var limit: Int {
        switch self {
        case .none: 0
        case .json(_, let limit): limit
        case .form(_, let limits): limits.bytes
        case .multipart(_, let limit), .stream(_, let limit): limit
        }
    }

    /// The bytes that the longest declared field may take, in UTF-8.
    var longestValue: Int {
        guard case .multipart(let fields, _) = self else { return 0 }
        return fields.map { if case .text(let most) = $0.kind { most * 4 } else { 0 } }.max() ?? 0
    }

    package var mediaTypes: [String] {
        switch self {
        case .none: []
        case .json: ["application/json"]
        case .form: ["application/x-www-form-urlencoded", "multipart/form-data"]
        case .multipart: ["multipart/form-data"]
        case .stream(let types, _): types
        }
    }
}
