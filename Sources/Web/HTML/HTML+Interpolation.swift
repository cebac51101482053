package import Runtime

extension DefaultStringInterpolation {
    // HTML inside a plain string is escaped or dumped later on: the warning, an error in our builds, says so at once. Made
    // unavailable, these would only hand over to the standard library's generic one.
    @available(*, deprecated, message: "interpolate HTML into an HTML literal")
    package mutating func appendInterpolation(_ html: HTML) { appendLiteral(html.string) }

    @available(*, deprecated, message: "interpolate HTML into an HTML literal")
    package mutating func appendInterpolation(_ html: HTML?) { appendLiteral(html?.string ?? "") }
}

extension HTML {
    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate(set) var bytes: [UInt8] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + interpolationCount * 24)
        }

        package mutating func appendLiteral(_ literal: String) { bytes.appendUTF8(literal) }

        package mutating func appendInterpolation(_ html: HTML) { bytes.append(contentsOf: html.bytes) }

        /// Nothing when nil.
        package mutating func appendInterpolation(_ html: HTML?) {
            if let html { bytes.append(contentsOf: html.bytes) }
        }

        package mutating func appendInterpolation(_ text: String) { bytes.appendEscaped(text) }

        package mutating func appendInterpolation(_ text: Substring) { bytes.appendEscaped(String(text)) }

        package mutating func appendInterpolation(_ value: Int) { bytes.appendDecimal(value) }

        package mutating func appendInterpolation(_ value: UUID) { bytes.appendUTF8(value.description) }

        package mutating func appendInterpolation(_ value: CivilDate) { bytes.appendUTF8(value.description) }

        package mutating func appendInterpolation(_ link: Link) { bytes.appendEscaped(link.text) }

        /// `"<input\(flag: "required", field.isRequired)>"`: an attribute without a value, or nothing.
        package mutating func appendInterpolation(flag name: StaticString, _ isSet: Bool) {
            guard isSet else { return }
            bytes.append(UInt8(ascii: " "))
            bytes.appendStatic(name)
        }

        /// `"<input\(attribute: "value", field.value)>"`: an attribute with its value escaped, or nothing when nil.
        package mutating func appendInterpolation(attribute name: StaticString, _ value: String?) {
            guard let value else { return }
            bytes.append(UInt8(ascii: " "))
            bytes.appendStatic(name)
            bytes.append(UInt8(ascii: "="))
            bytes.append(UInt8(ascii: "\""))
            bytes.appendEscaped(value)
            bytes.append(UInt8(ascii: "\""))
        }
    }
}
