internal import Runtime
internal import Tenancy
internal import Web

/// When an entry is shown to the class, as a form asks it: at once, at the end of its lesson, or from a date on.
enum PublicationChoice: String, CaseIterable {
    case now
    case end
    /// As it was: for an entry that is changed.
    case keep
    case later

    static let parameters: [Parameter] = [
        .enumeration("publication", PublicationChoice.allCases.map(\.rawValue), "When the class sees it."),
        .text("publication_date", "YYYY-MM-DD, with later.", maxLength: 10),
        .text("publication_time", "HH:MM, with later.", maxLength: 5),
    ]

    /// What the form means in microseconds since 1970; nil leaves it to the shard: now, or as it was.
    /// - Parameter end: of the lesson, when there is one.
    static func read(
        _ reader: inout FormReader, zone: SchoolTimeZone, end: Int64?, now: Int64
    ) -> Int64? {
        switch reader.choice("publication", PublicationChoice.self) {
        case .now: return now
        case .end: return end
        case .later:
            let date = reader.date("publication_date")
            let minute = reader.time("publication_time")
            guard let date, let minute else { return nil }
            return zone.microseconds(of: date, minute: minute)
        case .keep, nil: return nil
        }
    }

    static func fields(
        _ reader: FormReader, choices: [PublicationChoice], _ language: Language
    ) -> [Field] {
        let options = choices.map { ($0.rawValue, $0.name[language]) }
        return [
            Field(
                "publication", Phrase.publication[language], .select(options),
                value: reader.form["publication"] ?? choices.first?.rawValue,
                error: reader.error("publication")?[language]),
            Field(
                "publication_date", Phrase.publishDate[language], .input(type: "date"),
                value: reader.form["publication_date"], hint: Phrase.publishLaterHint[language],
                error: reader.error("publication_date")?[language],
                isRequired: false),
            Field(
                "publication_time", Phrase.publishTime[language], .input(type: "time"),
                value: reader.form["publication_time"], error: reader.error("publication_time")?[language],
                isRequired: false),
        ]
    }

    private var name: Phrase {
        switch self {
        case .now: .publishNow
        case .end: .publishAtEnd
        case .keep: .publishKeep
        case .later: .publishLater
        }
    }
}
