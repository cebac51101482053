internal import Cryptography
internal import HTTP
internal import HTTPClient
internal import Identity
internal import Runtime
internal import Web

/// One person's mail: their login, a code, where to go. Pure.
struct AccessMail: Sendable {
    let name: String
    let login: String
    let code: AccessCode
    let to: MailAddress
    /// Of the mail: half of its `Message-ID`.
    let number: UUID

    /// The mail as it goes over the line. - Parameter seconds: since 1970.
    func mail(_ paper: Letter.Paper, from: MailAddress, at seconds: Int64) -> MailSender.Mail {
        let language = paper.language
        let body = [
            Phrase.mailHello(name)[language], Phrase.mailLead(paper.school, paper.site)[language],
            Phrase.mailSteps("\(paper.address)/activate", login, code.description)[language],
            Phrase.mailUntil(paper.until)[language], Phrase.mailSecret(paper.school)[language],
        ].joined(separator: "\r\n\r\n").replacing("\n", with: "\r\n")
        let headers = [
            "From: \(AccessMail.word(paper.school))\r\n <\(from)>", "To: <\(to)>",
            "Subject: \(AccessMail.words(Phrase.mailSubject(paper.site)[language]))",
            "Date: \(HTTPDate.text(seconds).replacing("GMT", with: "+0000"))",
            "Message-ID: <\(number)@\(from.domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            "Content-Language: \(language.rawValue)", "Auto-Submitted: auto-generated",
        ]
        let lines = headers + [""] + AccessMail.lines(Base64.encode(Array(body.utf8))) + [""]
        return MailSender.Mail(to: to, bytes: Array(lines.joined(separator: "\r\n").utf8))
    }

    private static func lines(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 76).map {
            String(decoding: bytes[$0..<min(bytes.count, $0 + 76)], as: UTF8.self)
        }
    }

    /// RFC 2047: whatever the text holds, neither a line break nor a bracket of it reaches the header.
    private static func words(_ text: String) -> String {
        var words: [String] = []
        var piece = ""
        // 39 bytes are 52 letters: with the name of the header before them less than the 76 that a line may have.
        for character in text {
            if piece.utf8.count + String(character).utf8.count > 39 {
                words.append(word(piece))
                piece = ""
            }
            piece.append(character)
        }
        words.append(word(piece))
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ text: String) -> String {
        var short = ""
        for character in text where short.utf8.count + String(character).utf8.count <= 39 { short.append(character) }
        return "=?utf-8?B?\(Base64.encode(Array(short.utf8)))?="
    }
}

extension Phrase {
    fileprivate static func mailSubject(_ site: String) -> Phrase {
        Phrase(fr: "Votre accès à \(site)", en: "Your access to \(site)")
    }
    fileprivate static func mailHello(_ name: String) -> Phrase { Phrase(fr: "Bonjour \(name),", en: "Hello \(name),") }
    fileprivate static func mailLead(_ school: String, _ site: String) -> Phrase {
        Phrase(
            fr:
                "\(school) vous ouvre un accès à \(site) : emploi du temps, devoirs, messages, informations. Vous n'y êtes pas encore venu.",
            en:
                "\(school) gives you access to \(site): timetable, homework, messages, news. You have not been there yet."
        )
    }
    fileprivate static func mailSteps(_ address: String, _ login: String, _ code: String) -> Phrase {
        Phrase(
            fr:
                "1. Allez à l'adresse \(address)\n2. Saisissez votre identifiant, \(login), et votre code, \(code)\n3. Choisissez un mot de passe que vous seul connaissez.",
            en:
                "1. Go to \(address)\n2. Type your login, \(login), and your code, \(code)\n3. Choose a password that only you know."
        )
    }
    fileprivate static func mailUntil(_ day: String) -> Phrase {
        Phrase(
            fr: "Le code sert une seule fois, jusqu'au \(day). Il remplace celui d'un courrier reçu auparavant.",
            en: "The code works once, until \(day). It takes the place of one in an earlier letter.")
    }
    fileprivate static func mailSecret(_ school: String) -> Phrase {
        Phrase(
            fr:
                "Ne donnez ce code à personne. Ce message est envoyé automatiquement par \(school) ; s'il ne vous est pas destiné, effacez-le.",
            en:
                "Give this code to nobody. This message is sent automatically by \(school); if it is not for you, delete it."
        )
    }
}
