package import Web

extension ProblemCode {
    package static let emptyFile = ProblemCode(
        "preau.files.empty", 422, title: Phrase(fr: "Ce fichier est vide", en: "This file is empty"),
        meaning: Phrase(
            fr: "Il n'y a rien dedans : vérifiez le fichier choisi, puis recommencez.",
            en: "There is nothing in it: check the file chosen, then start again."))
    package static let fileTooLarge = ProblemCode(
        "preau.files.too_large", 413, title: Phrase(fr: "Ce fichier est trop gros", en: "This file is too large"),
        meaning: Phrase(
            fr: "Il dépasse la taille acceptée ici : réduisez-le, ou partagez-le en plusieurs.",
            en: "It exceeds the size accepted here: reduce it, or split it."))
    package static let fileTypeRefused = ProblemCode(
        "preau.files.type_refused", 415,
        title: Phrase(fr: "Ce type de fichier n'est pas accepté", en: "This type of file is not accepted"),
        meaning: Phrase(
            fr: "Le contenu, et non le nom, décide du type. Les programmes ne sont acceptés nulle part.",
            en: "The content, not the name, decides the type. Programs are accepted nowhere."))
    package static let fileStorageFull = ProblemCode(
        "preau.files.storage_full", 413,
        title: Phrase(fr: "L'établissement n'a plus de place", en: "The establishment has no room left"),
        meaning: Phrase(
            fr:
                "Le quota de fichiers de l'établissement est atteint : supprimez des fichiers, ou adressez-vous à l'établissement.",
            en: "The establishment's quota for files is reached: delete files, or ask the school."))
    package static let tooManyFiles = ProblemCode(
        "preau.files.too_many", 422, title: Phrase(fr: "Trop de fichiers", en: "Too many files"),
        meaning: Phrase(
            fr: "Il y a plus de fichiers que ce qui est accepté ici.", en: "There are more files than accepted here."))
    package static let fileNotAttachable = ProblemCode(
        "preau.files.not_attachable", 422,
        title: Phrase(fr: "Ce fichier ne peut pas être joint", en: "This file cannot be attached"),
        meaning: Phrase(
            fr:
                "Il n'existe plus, n'est pas complet, n'est pas à vous ou est déjà joint ailleurs : envoyez-le à nouveau.",
            en: "It no longer exists, is not complete, is not yours or is already attached elsewhere: send it again."))
    package static let unknownFileUse = ProblemCode(
        "preau.files.unknown_use", 422, title: Phrase(fr: "Usage de fichier inconnu", en: "Unknown use of a file"),
        meaning: Phrase(
            fr: "Aucun service ne reçoit de fichiers sous ce nom.", en: "No service takes files under this name."))
    package static let uploadOffset = ProblemCode(
        "preau.files.offset_mismatch", 409,
        title: Phrase(fr: "L'envoi n'en est pas là", en: "The upload is at another place"),
        meaning: Phrase(
            fr: "Demandez où en est l'envoi (HEAD), puis continuez à partir de Upload-Offset.",
            en: "Ask where the upload is (HEAD), then go on from Upload-Offset."))
    package static let uploadIncomplete = ProblemCode(
        "preau.files.incomplete", 400, title: Phrase(fr: "Fichier interrompu", en: "File broken off"),
        meaning: Phrase(
            fr: "Le fichier s'est arrêté avant sa fin : envoyez-le à nouveau.",
            en: "The file stopped before its end: send it again."))
    package static let tusVersion = ProblemCode(
        "preau.files.protocol_version", 412,
        title: Phrase(fr: "Version du protocole inconnue", en: "Unknown version of the protocol"),
        meaning: Phrase(
            fr: "L'envoi avec reprise suit tus 1.0.0 : envoyez Tus-Resumable: 1.0.0.",
            en: "Resumable uploads follow tus 1.0.0: send Tus-Resumable: 1.0.0."))
    package static let tusHeader = ProblemCode(
        "preau.files.bad_header", 400,
        title: Phrase(fr: "En-tête manquant ou mal formé", en: "Missing or malformed header"),
        meaning: Phrase(
            fr: "« errors » nomme l'en-tête ; sa forme est celle de tus 1.0.0.",
            en: "“errors” names the header; its form is that of tus 1.0.0."))
    package static let filesBusy = ProblemCode(
        "preau.files.busy", 503,
        title: Phrase(fr: "Beaucoup de fichiers en ce moment", en: "Many files at this moment"),
        meaning: Phrase(
            fr: "Trop de fichiers sont envoyés ou reçus en même temps : réessayez dans un instant (Retry-After).",
            en: "Too many files are on their way at once: try again in a moment (Retry-After)."))

    /// The codes of files, in the order of `docs/errors.md`.
    package static let files: [ProblemCode] = [
        .emptyFile, .fileTooLarge, .fileTypeRefused, .fileStorageFull, .tooManyFiles, .fileNotAttachable,
        .unknownFileUse, .uploadOffset, .uploadIncomplete, .tusVersion, .tusHeader, .filesBusy,
    ]
}

extension FileError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .notFound: Problem(.notFound)
        case .unknownUse: Problem(.unknownFileUse)
        case .empty: Problem(.emptyFile)
        case .tooLarge(let limit): Problem(.fileTooLarge, detail: .fileLimit(limit))
        case .typeRefused: Problem(.fileTypeRefused)
        case .storageFull: Problem(.fileStorageFull)
        case .tooMany(let limit): Problem(.tooManyFiles, detail: .fileCount(limit))
        case .notAttachable: Problem(.fileNotAttachable)
        case .offsetMismatch(let offset): Problem(.uploadOffset).adding(header: "Upload-Offset", String(offset))
        case .incomplete: Problem(.uploadIncomplete)
        case .unknownVersion: Problem(.tusVersion).adding(header: "Tus-Version", "1.0.0")
        case .badHeader(let name):
            Problem(.tusHeader, errors: [Problem.Detail(.header(name), .valueDoesNotFit)])
        case .busy: Problem(.filesBusy, retryAfter: .seconds(2))
        }
    }

    /// In the words for a person, beside the field of a form.
    package var reason: Phrase {
        let problem = problem
        return problem.detail ?? problem.code.title
    }
}
