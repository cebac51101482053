package import Runtime

/// Takes the typed values out of a form and remembers what is wrong with which field, so that the page can show the form
/// again with every message at its place.
///
/// ```swift
/// var reader = FormReader(try await call.form())
/// let room = reader.text("room", 1...50)
/// let day = reader.date("day")
/// guard reader.isValid, let room, let day else { return page(errors: reader.errors) }
/// ```
package struct FormReader: Sendable {
    package let form: Form
    package private(set) var errors: [(field: String, reason: Phrase)] = []

    package init(_ form: Form) { self.form = form }

    package var isValid: Bool { errors.isEmpty }

    /// The first thing wrong with a field.
    package func error(_ field: String) -> Phrase? { errors.first { $0.field == field }?.reason }

    /// Notes something that only the service can know, such as a room already taken.
    package mutating func refuse(_ field: String, _ reason: Phrase) { errors.append((field, reason)) }

    /// A required text, spaces at both ends removed, line breaks as `\n`; nil and noted when it does not fit.
    package mutating func text(
        _ field: String, _ lengths: ClosedRange<Int> = 1...200, format: Schema.Format = .plain
    ) -> String? {
        guard let text = single(field) else { return nil }
        guard !text.isEmpty || lengths.lowerBound == 0 else {
            refuse(field, .missing)
            return nil
        }
        return checked(text, field, Schema.refusal(of: text, lengths: lengths, format: format))
    }

    /// As `text`, but absent or empty is nil without a note.
    package mutating func optionalText(
        _ field: String, upTo length: Int = 200, format: Schema.Format = .plain
    ) -> String? {
        guard isFilled(field), let text = single(field) else { return nil }
        return checked(text, field, Schema.refusal(of: text, lengths: 0...length, format: format))
    }

    package mutating func integer(_ field: String, _ range: ClosedRange<Int>) -> Int? {
        value(field, .expectedInteger) { Int($0) }.flatMap { number in
            checked(number, field, range.contains(number) ? nil : .outOfRange(range))
        }
    }

    package mutating func date(_ field: String) -> CivilDate? { value(field, .badFormat(.date)) { CivilDate($0) } }
    package mutating func uuid(_ field: String) -> UUID? { value(field, .badFormat(.uuid)) { UUID($0) } }

    /// Minutes since midnight, of what a time field sends.
    package mutating func time(_ field: String) -> Int? {
        value(field, .badFormat(.timeOfDay)) { Schema.minutes(ofTime: String($0.prefix(5))) }
    }

    package mutating func choice<Value: RawRepresentable>(_ field: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        value(field, .noneFits) { Value(rawValue: $0) }
    }

    /// A box that is ticked or not: absent is false.
    package func flag(_ field: String) -> Bool { form[field].flatMap(Parameter.flag) ?? false }

    package func isFilled(_ field: String) -> Bool { form[field].map { !$0.trimmed.isEmpty } ?? false }

    private mutating func value<Value>(_ field: String, _ reason: Phrase, _ read: (String) -> Value?) -> Value? {
        guard let text = single(field) else { return nil }
        guard !text.isEmpty else {
            refuse(field, .missing)
            return nil
        }
        guard let value = read(text) else {
            refuse(field, reason)
            return nil
        }
        return value
    }

    private mutating func single(_ field: String) -> String? {
        let values = form.all(field)
        guard let first = values.first else {
            refuse(field, .missing)
            return nil
        }
        guard values.count == 1 else {
            refuse(field, .givenTwice)
            return nil
        }
        return first.split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n").trimmed
    }

    private mutating func checked<Value>(_ value: Value, _ field: String, _ reason: Phrase?) -> Value? {
        guard let reason else { return value }
        refuse(field, reason)
        return nil
    }
}
