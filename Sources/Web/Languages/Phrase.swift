/// One text of the interface, in every language: a missing translation does not compile.
///
/// Declared as `extension Phrase { static let … }` in the `…Texts.swift` of a service; with arguments, as a static function.
/// Write plain spaces and apostrophes: the typographic ones are put in here.
package struct Phrase: Sendable, Hashable {
    package let fr: String
    package let en: String

    package init(fr: String, en: String) {
        self.fr = Typography.french(fr)
        self.en = Typography.english(en)
    }

    /// The same text in every language: a name, a code.
    package init(verbatim text: String) {
        fr = text
        en = text
    }

    private init(typeset fr: String, _ en: String) {
        self.fr = fr
        self.en = en
    }

    /// The same text with something behind it that is left as it is: a name.
    package func followed(by text: String) -> Phrase { Phrase(typeset: fr + text, en + text) }

    package subscript(language: Language) -> String {
        switch language {
        case .fr: fr
        case .en: en
        }
    }

    /// A text that depends on a number: French counts 0 and 1 as singular, English only 1. `%` stands for the number, grouped.
    package static func count(
        _ number: Int, fr: (one: String, many: String), en: (one: String, many: String)
    ) -> Phrase {
        Phrase(
            fr: (abs(number) < 2 ? fr.one : fr.many).replacing("%", with: Language.fr.number(number)),
            en: (abs(number) == 1 ? en.one : en.many).replacing("%", with: Language.en.number(number)))
    }
}

extension String {
    fileprivate func replacing(_ mark: Character, with text: String) -> String {
        var result = ""
        for character in self {
            if character == mark { result += text } else { result.append(character) }
        }
        return result
    }
}
