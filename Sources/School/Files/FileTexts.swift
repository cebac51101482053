internal import Web

extension Phrase {
    static func fileLimit(_ bytes: Int) -> Phrase {
        Phrase(
            fr: "Un fichier peut avoir au plus \(FileSize.text(bytes, .fr)).",
            en: "A file may have at most \(FileSize.text(bytes, .en)).")
    }

    static func fileCount(_ count: Int) -> Phrase {
        .count(
            count, fr: ("Au plus % fichier.", "Au plus % fichiers."), en: ("At most % file.", "At most % files."))
    }

    static func fileHint(most: Int, largest: Int) -> Phrase {
        Phrase(
            fr: "Au plus \(most) fichiers, de \(FileSize.text(largest, .fr)) chacun au plus.",
            en: "At most \(most) files, of at most \(FileSize.text(largest, .en)) each.")
    }
}
