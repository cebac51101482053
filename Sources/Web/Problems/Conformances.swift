internal import HTTP

extension HTTPError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .bodyTooLarge(let limit):
            Problem(
                .bodyTooLarge,
                detail: Phrase(
                    fr: "Au plus \(Language.fr.number(limit)) octets.",
                    en: "At most \(Language.en.number(limit)) bytes."))
        case .timedOut: Problem(.bodyTimedOut)
        case .disconnected: Problem(.malformedRequest)
        case .cannotListen, .cannotStart, .badAddressRange: Problem(.internalError)
        }
    }
}

extension JSONSyntaxError: ProblemConvertible {
    package var problem: Problem {
        let detail: Phrase =
            switch self {
            case .unexpected(let offset):
                Phrase(
                    fr: "Ce JSON est illisible à partir de l'octet \(offset).",
                    en: "This JSON cannot be read from byte \(offset) on.")
            case .ended: Phrase(fr: "Ce JSON s'arrête trop tôt.", en: "This JSON ends too early.")
            case .tooDeep(let offset):
                Phrase(
                    fr: "Ce JSON est trop imbriqué (octet \(offset)).",
                    en: "This JSON is nested too deeply (byte \(offset)).")
            case .tooManyValues: Phrase(fr: "Ce JSON a trop de valeurs.", en: "This JSON has too many values.")
            case .duplicateMember(let offset):
                Phrase(
                    fr: "Un membre est donné deux fois (octet \(offset)).",
                    en: "A member is given twice (byte \(offset)).")
            case .invalidText(let offset):
                Phrase(
                    fr: "Un texte n'est pas de l'UTF-8 valide (octet \(offset)).",
                    en: "A text is not allowed UTF-8 (byte \(offset)).")
            case .numberOutOfRange(let offset):
                Phrase(
                    fr: "Un nombre est hors des limites (octet \(offset)).",
                    en: "A number is out of range (byte \(offset)).")
            }
        return Problem(.malformedRequest, detail: detail)
    }
}
