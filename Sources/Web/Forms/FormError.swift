/// Why a form cannot be read.
package enum FormError: Error, Equatable, Sendable {
    case malformed
    case tooManyFields(limit: Int)
    case nameTooLong(limit: Int)
    case valueTooLong(field: String, limit: Int)
}

extension FormError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .malformed: Problem(.malformedRequest)
        case .tooManyFields(let limit):
            Problem(
                .malformedRequest,
                detail: .count(
                    limit, fr: ("Au plus % champ.", "Au plus % champs."), en: ("At most % field.", "At most % fields."))
            )
        case .nameTooLong(let limit):
            Problem(
                .malformedRequest,
                detail: Phrase(
                    fr: "Le nom d'un champ dépasse \(limit) octets.", en: "The name of a field exceeds \(limit) bytes.")
            )
        case .valueTooLong(let field, let limit):
            Problem(
                .bodyTooLarge,
                detail: Phrase(fr: "Un champ dépasse \(limit) octets.", en: "A field exceeds \(limit) bytes."),
                errors: [Problem.Detail(.pointer("/" + field.pointerToken), .tooLong(limit))])
        }
    }
}
