internal import HTTP
internal import Postgres
package import Web

/// Why a move is refused, stops or is given up.
package enum MoveError: Error, Sendable {
    /// Refused before anything was done: the sentence says why.
    case refused(String)
    case unknownMove
    /// Too late, too early or over for what was asked.
    case notNow(Move.State, Move.WayBack)
    /// The process was not given the mover's password.
    case notConfigured
    /// Somebody else works on it.
    case lost
    case cancelled
    /// Stopped on the way; what stood in the way. Tried again.
    case interrupted(String)

    /// What is written down about it; never a row or a password.
    var summary: String {
        switch self {
        case .refused(let reason), .interrupted(let reason): reason
        case .unknownMove: "no such move"
        case .notNow(let state, let wayBack): "the move is \(state.rawValue), its way back \(wayBack.rawValue)"
        case .notConfigured: "the mover is not configured"
        case .lost: "another process works on it"
        case .cancelled: "cancelled"
        }
    }

    /// What is written down about any error.
    static func summary(of error: any Error) -> String {
        switch error {
        case let error as MoveError: error.summary
        case let error as PostgresError: "\(error)"
        default: "\(type(of: error))"
        }
    }

    /// Whether trying again from the start could help.
    static func isWorthTryingAgain(_ error: any Error) -> Bool {
        switch error {
        case MoveError.interrupted, PostgresError.unavailable, PostgresError.timedOut, PostgresError.overloaded,
            PostgresError.cancelled, PostgresError.closed:
            true
        case PostgresError.server(let state, _, _):
            // A server that stops, a lock, a limit, an object that is still used.
            ["57", "55", "53", "40", "08"].contains { state.hasPrefix($0) }
        default: false
        }
    }
}

extension ProblemCode {
    package static let moveRefused = ProblemCode(
        "preau.control.move_refused", 409,
        title: Phrase(fr: "Ce déplacement n'est pas possible", en: "This move is not possible"),
        meaning: Phrase(
            fr: "L'établissement ou le shard ne s'y prête pas ; « detail » dit pourquoi. Rien n'a été fait.",
            en: "The establishment or the shard does not allow it; “detail” says why. Nothing was done."))
    package static let moveUnknown = ProblemCode(
        "preau.control.move_unknown", 404,
        title: Phrase(fr: "Ce déplacement n'existe pas", en: "There is no such move"),
        meaning: Phrase(fr: "Aucun déplacement n'a ce numéro.", en: "No move has this number."))
    package static let moveNotNow = ProblemCode(
        "preau.control.move_not_now", 409,
        title: Phrase(fr: "Pas à ce stade du déplacement", en: "Not at this stage of the move"),
        meaning: Phrase(
            fr: "On annule avant la bascule ; on revient ou on termine tant que le chemin de retour est ouvert.",
            en: "Cancelling comes before the switch; going back and completing while the way back is open."))
    package static let moverNotConfigured = ProblemCode(
        "preau.control.mover_not_configured", 503,
        title: Phrase(fr: "Les déplacements ne sont pas configurés", en: "Moves are not configured"),
        meaning: Phrase(
            fr: "La configuration du service d'administration n'a pas de clé « mover ».",
            en: "The admin service's configuration has no key “mover”."))
}

extension MoveError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .unknownMove: Problem(.moveUnknown)
        case .notConfigured: Problem(.moverNotConfigured)
        case .notNow, .lost, .cancelled: Problem(.moveNotNow, detail: Phrase(verbatim: summary))
        case .refused, .interrupted: Problem(.moveRefused, detail: Phrase(verbatim: summary))
        }
    }
}
