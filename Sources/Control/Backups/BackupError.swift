internal import HTTP
package import Tenancy
package import Web

/// Why a backup is not made, or not brought back. Nothing was changed then.
package enum BackupError: Error, Sendable {
    /// The file itself.
    case file(BackupFileError)
    /// Made on a platform with a newer schema.
    case newerSchema(file: Int, here: Int)
    /// It is another establishment's.
    case ofAnother(UAI)
    /// A table or column that this schema does not have, or content that is not what the file says: which.
    case unfit(String)
    /// Nobody with that login has been in that establishment.
    case unknownPerson
    /// Only a sandbox can be made so, or removed so.
    case notASandbox
    /// It is on its way to another shard.
    case moving
    case noPlace(String)
}

extension ProblemCode {
    package static let backupUnreadable = ProblemCode(
        "preau.control.backup_unreadable", 422,
        title: Phrase(fr: "Cette sauvegarde ne peut pas être lue", en: "This backup cannot be read"),
        meaning: Phrase(
            fr: "Le fichier est abîmé, coupé ou d'une autre sorte ; « detail » dit lequel. Rien n'a été changé.",
            en: "The file is damaged, cut off or of another kind; “detail” says which. Nothing was changed."))
    package static let backupNewer = ProblemCode(
        "preau.control.backup_newer", 409,
        title: Phrase(
            fr: "Cette sauvegarde vient d'une plateforme plus récente", en: "This backup is from a newer platform"),
        meaning: Phrase(
            fr: "Mettez d'abord la plateforme à jour : son schéma ne connaît pas tout ce que contient le fichier.",
            en: "Bring the platform up to date first: its schema does not know all that the file holds."))
    package static let backupOfAnother = ProblemCode(
        "preau.control.backup_of_another", 409,
        title: Phrase(
            fr: "Cette sauvegarde est celle d'un autre établissement", en: "This backup is another establishment's"),
        meaning: Phrase(
            fr: "Elle peut revenir dans son établissement, ou dans un nouvel établissement d'essai.",
            en: "It can go back to its own establishment, or into a new sandbox establishment."))
    package static let backupUnfit = ProblemCode(
        "preau.control.backup_unfit", 409,
        title: Phrase(fr: "Cette sauvegarde ne convient pas", en: "This backup does not fit"),
        meaning: Phrase(
            fr:
                "Son contenu ne va pas avec ce schéma, ou n'est pas ce qu'elle annonce ; « detail » dit où. Rien n'a été changé.",
            en:
                "Its content does not go with this schema, or is not what it says; “detail” says where. Nothing was changed."
        ))
    package static let notASandbox = ProblemCode(
        "preau.control.not_a_sandbox", 409,
        title: Phrase(fr: "Ce n'est pas un établissement d'essai", en: "This is not a sandbox establishment"),
        meaning: Phrase(
            fr: "Cet établissement existe pour de bon : on ne le crée, ne le remplace ni ne le supprime ainsi.",
            en: "This establishment is a real one: it is not made, replaced or removed like this."))

    static let backups: [ProblemCode] = [
        .backupUnreadable, .backupNewer, .backupOfAnother, .backupUnfit, .notASandbox,
    ]
}

extension BackupError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .file(let error): Problem(.backupUnreadable, detail: Phrase(verbatim: error.description))
        case .newerSchema(let file, let here):
            Problem(
                .backupNewer,
                detail: Phrase(
                    fr: "Schéma \(file) dans le fichier, \(here) ici : mettez la plateforme à jour.",
                    en: "Schema \(file) in the file, \(here) here: bring the platform up to date."))
        case .ofAnother(let uai):
            Problem(
                .backupOfAnother,
                detail: Phrase(
                    fr: "C'est une sauvegarde de \(uai).", en: "This is a backup of \(uai)."))
        case .unfit(let what), .noPlace(let what): Problem(.backupUnfit, detail: Phrase(verbatim: what))
        case .unknownPerson: Problem(.loginUnknown)
        case .notASandbox: Problem(.notASandbox)
        case .moving:
            Problem(
                .wrongState,
                detail: Phrase(
                    fr: "L'établissement est en cours de déplacement.", en: "The establishment is being moved."))
        }
    }
}
