internal import Identity
internal import PDF
internal import QRCode
internal import Runtime
internal import Tenancy
internal import Web

/// One person's letter: their login, a code, where to go, and a square that leads there.
struct Letter: Sendable {
    let name: String
    let login: String
    let code: AccessCode
    /// Of the letter: what the square leads to.
    let number: String
    /// For whom: `6e A`, or a role.
    let group: String

    /// What the letters of one file have in common.
    struct Paper: Sendable {
        let school: String
        let site: String
        /// `https://ent77.example`.
        let address: String
        let until: String
        let language: Language
    }

    /// What everybody of a school is told: to come to its own host name where it has one, to its territory's otherwise.
    /// - Parameter front: the origin that people use, where there is neither.
    static func paper(
        of establishment: Establishment, _ language: String?, days: Int, _ front: String, _ tenancy: Tenancy
    ) -> Paper {
        let territory = tenancy.territories[establishment.territory]
        let language = language.flatMap(Language.init(rawValue:)) ?? .fr
        let today = establishment.timeZone.date(microseconds: WallClock.microseconds)
        return Paper(
            school: establishment.name, site: territory?.title ?? "Préau",
            address: address(
                front, host: tenancy.map.hosts(of: establishment.id).first ?? territory?.hosts.first),
            until: language.fullDate(today + days),
            language: language)
    }

    /// The front's scheme and port under another name.
    static func address(_ front: String, host: String?) -> String {
        guard let host, let scheme = front.firstRange(of: "://") else { return front }
        let port = front[scheme.upperBound...].split(separator: ":").dropFirst().last
        return front[..<scheme.upperBound] + host + (port.map { ":" + $0 } ?? "")
    }

    /// A tagged PDF: a page each, the name where a window envelope shows it.
    static func document(_ letters: [Letter], _ paper: Paper, title: String) throws -> [UInt8] {
        let language = paper.language
        let writer = try PDFWriter(
            PDFInformation(
                title: title, language: language.rawValue, author: paper.school, foot: paper.school))
        for (index, letter) in letters.enumerated() {
            if index > 0 { try writer.newPage() }
            try letter.write(to: writer, paper, language)
        }
        return try writer.finish()
    }

    private func write(to writer: PDFWriter, _ paper: Paper, _ language: Language) throws {
        let small = PDFTextStyle.small
        try writer.paragraph(paper.school, PDFTextStyle(size: 12, isBold: true))
        try writer.paragraph(group, small)
        writer.move(to: PDFPageLayout.millimetres(55))
        try writer.paragraph(
            name, PDFTextStyle(size: 12), left: PDFPageLayout.millimetres(110), width: PDFPageLayout.millimetres(80))
        writer.move(to: PDFPageLayout.millimetres(95))
        try writer.heading(1, Phrase.letterTitle(paper.site)[language])
        try writer.paragraph(Phrase.letterLead[language])
        try writer.list([
            Phrase.letterGo("\(paper.address)/activate")[language], Phrase.letterLogin(login)[language],
            Phrase.letterChoose[language],
        ])
        writer.space(6)
        try writer.paragraph(Phrase.letterYourLogin[language], small)
        try writer.paragraph(login, PDFTextStyle(size: 14, isMonospaced: true))
        try writer.paragraph(Phrase.letterYourCode[language], small)
        try writer.paragraph(code.description, PDFTextStyle(size: 18, isBold: true, isMonospaced: true))
        writer.space(6)
        let square = try QRCode("\(paper.address)/activate?letter=\(number)")
        try writer.grid(
            square.cells, side: PDFPageLayout.millimetres(36),
            description: Phrase.letterSquare("\(paper.address)/activate")[language])
        writer.space(10)
        try writer.paragraph(Phrase.letterUntil(paper.until)[language])
        try writer.paragraph(Phrase.letterSecret[language], small)
    }
}

extension Phrase {
    fileprivate static func letterTitle(_ site: String) -> Phrase {
        Phrase(fr: "Votre accès à \(site)", en: "Your access to \(site)")
    }
    fileprivate static let letterLead = Phrase(
        fr:
            "Emploi du temps, devoirs, messages, informations de l'établissement : tout se trouve dans l'espace numérique de travail. Voici comment y entrer la première fois.",
        en:
            "Timetable, homework, messages, news of the school: all of it is in the digital workspace. This is how to enter it the first time."
    )
    fileprivate static func letterGo(_ address: String) -> Phrase {
        Phrase(
            fr: "Allez à l'adresse \(address), ou lisez le carré ci-dessous avec un téléphone.",
            en: "Go to \(address), or read the square below with a phone.")
    }
    fileprivate static func letterLogin(_ login: String) -> Phrase {
        Phrase(
            fr: "Saisissez votre identifiant, \(login), et votre code.", en: "Type your login, \(login), and your code."
        )
    }
    fileprivate static let letterChoose = Phrase(
        fr: "Choisissez un mot de passe que vous seul connaissez.", en: "Choose a password that only you know.")
    fileprivate static let letterYourLogin = Phrase(fr: "Votre identifiant", en: "Your login")
    fileprivate static let letterYourCode = Phrase(fr: "Votre code", en: "Your code")
    fileprivate static func letterSquare(_ address: String) -> Phrase {
        Phrase(fr: "Carré à lire avec un téléphone : \(address)", en: "Square to read with a phone: \(address)")
    }
    fileprivate static func letterUntil(_ day: String) -> Phrase {
        Phrase(
            fr: "Le code sert une seule fois, jusqu'au \(day). Un nouveau courrier remplace celui-ci.",
            en: "The code works once, until \(day). Another letter takes the place of this one.")
    }
    fileprivate static let letterSecret = Phrase(
        fr:
            "Ne donnez ce code à personne : l'établissement ne vous le demandera jamais. Chaque responsable reçoit le sien.",
        en: "Give this code to nobody: the school never asks for it. Each guardian gets their own.")
}
