internal import HTTP
package import Tenancy
package import Web

/// What the control plane refuses or cannot do.
package enum ControlError: Error {
    /// The shard is registered; its schema could not be brought up to date.
    case shardNotMigrated(ShardID, reason: String)
    /// Manifests with problems: one line each, with file, line and column.
    case manifests(String)
    /// A plan that stands against what is there: one line a reason.
    case planRefused(String)
    /// Demonstration data belongs on no production platform.
    case notInProduction
}

extension ProblemCode {
    package static let shardNotMigrated = ProblemCode(
        "preau.control.shard_not_migrated", 502,
        title: Phrase(fr: "Le shard n'a pas pu être préparé", en: "The shard could not be prepared"),
        meaning: Phrase(
            fr: "Son schéma n'a pas pu être mis à jour : vérifiez l'adresse et le serveur, puis recommencez.",
            en: "Its schema could not be brought up to date: check the address and the server, then try again."))
    package static let invalidManifests = ProblemCode(
        "preau.control.invalid_manifests", 422,
        title: Phrase(fr: "Les manifestes ont des erreurs", en: "The manifests have errors"),
        meaning: Phrase(
            fr: "Rien n'a été changé ; « detail » donne fichier, ligne et colonne de chaque erreur.",
            en: "Nothing was changed; “detail” gives file, line and column of each error."))
    package static let planRefused = ProblemCode(
        "preau.control.plan_refused", 409,
        title: Phrase(fr: "Ce plan ne peut pas être appliqué", en: "This plan cannot be applied"),
        meaning: Phrase(
            fr: "Ce qui est déclaré contredit ce qui existe ; « detail » dit quoi.",
            en: "What is declared contradicts what exists; “detail” says what."))
    package static let notInProduction = ProblemCode(
        "preau.control.not_in_production", 403,
        title: Phrase(fr: "Interdit en production", en: "Not allowed in production"),
        meaning: Phrase(
            fr: "Les données de démonstration n'ont pas leur place sur une plateforme en service.",
            en: "Demonstration data has no place on a platform in service."))

    /// The control plane's codes, in the order of `docs/errors.md`.
    package static let control: [ProblemCode] = [
        .shardNotMigrated, .invalidManifests, .planRefused, .notInProduction,
    ]
}

extension ControlError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .shardNotMigrated(_, let reason): Problem(.shardNotMigrated, detail: Phrase(verbatim: reason))
        case .manifests(let lines): Problem(.invalidManifests, detail: Phrase(verbatim: lines))
        case .planRefused(let lines): Problem(.planRefused, detail: Phrase(verbatim: lines))
        case .notInProduction: Problem(.notInProduction)
        }
    }
}
