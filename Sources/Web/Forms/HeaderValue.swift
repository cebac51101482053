/// A header value with parameters: `form-data; name="a"; filename="b.pdf"`, `application/json; charset=utf-8`.
struct HeaderValue {
    /// Lower-case, without its parameters.
    let value: String
    private var parameters: [(name: String, value: String)] = []

    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    init(_ text: String) {
        var parts: [String] = []
        var current = ""
        var isQuoted = false
        var isEscaped = false
        for character in text.unicodeScalars {
            if isEscaped {
                current.unicodeScalars.append(character)
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ";", !isQuoted {
                parts.append(current)
                current = ""
            } else {
                current.unicodeScalars.append(character)
            }
        }
        parts.append(current)
        value = parts[0].trimmed.lowercased()
        for part in parts.dropFirst().prefix(10) {
            guard let equals = part.firstIndex(of: "=") else { continue }
            parameters.append(
                (
                    part[..<equals].description.trimmed.lowercased(),
                    part[part.index(after: equals)...].description.trimmed
                ))
        }
    }
}

extension String {
    /// Without spaces, tabs and line breaks at both ends.
    package var trimmed: String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
