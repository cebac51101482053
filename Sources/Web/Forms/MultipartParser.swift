/// Reads `multipart/form-data` (RFC 7578) held whole in memory.
struct MultipartParser {
    private let bytes: [UInt8]
    private let delimiter: [UInt8]
    private let limits: FormLimits
    private var position = 0

    /// - Parameter boundary: of the Content-Type header, 1 to 70 characters (RFC 2046 §5.1.1).
    init(_ bytes: [UInt8], boundary: String, limits: FormLimits) throws(FormError) {
        guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw .malformed
        }
        self.bytes = bytes
        delimiter = Array("\r\n--".utf8) + Array(boundary.utf8)
        self.limits = limits
    }

    mutating func parse() throws(FormError) -> Form {
        var fields: [Form.Field] = []
        var files: [Form.File] = []
        // The first delimiter has no line break before it.
        guard bytes.starts(with: delimiter.dropFirst(2)) else { throw .malformed }
        position = delimiter.count - 2
        while true {
            if take("--") { return Form(fields: fields, files: files) }
            guard take("\r\n") else { throw .malformed }
            guard fields.count + files.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
            let headers = try headers()
            let start = position
            guard let end = find(delimiter, from: max(0, start - 2)) else { throw .malformed }
            let content = bytes[start..<max(start, end)]
            position = end + delimiter.count
            guard let disposition = headers.disposition, let name = disposition.name, !name.isEmpty else {
                throw .malformed
            }
            guard name.utf8.count <= limits.nameBytes else { throw .nameTooLong(limit: limits.nameBytes) }
            if let fileName = disposition.fileName {
                // A file field left empty is sent as a nameless empty file.
                guard !fileName.isEmpty || !content.isEmpty else { continue }
                files.append(
                    Form.File(
                        field: name, name: fileName, contentType: headers.type ?? "application/octet-stream",
                        bytes: Array(content)))
            } else {
                guard content.count <= limits.valueBytes else {
                    throw .valueTooLong(field: name, limit: limits.valueBytes)
                }
                guard !content.contains(0), let value = String(validating: content, as: UTF8.self) else {
                    throw .malformed
                }
                fields.append(Form.Field(name: name, value: value))
            }
        }
    }

    private struct Headers {
        var disposition: (name: String?, fileName: String?)?
        var type: String?
    }

    private mutating func headers() throws(FormError) -> Headers {
        var headers = Headers()
        for _ in 0..<10 {
            if take("\r\n") { return headers }
            guard let end = find([0x0D, 0x0A], from: position), end - position <= 1000,
                let line = String(validating: bytes[position..<end], as: UTF8.self), !line.utf8.contains(0)
            else { throw .malformed }
            position = end + 2
            guard let colon = line.firstIndex(of: ":") else { throw .malformed }
            let value = String(line[line.index(after: colon)...])
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard headers.disposition == nil else { throw .malformed }
                let parsed = HeaderValue(value)
                guard parsed.value == "form-data" else { throw .malformed }
                headers.disposition = (parsed["name"], parsed["filename"])
            case "content-type": headers.type = HeaderValue(value).value
            default: continue
            }
        }
        throw .malformed
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
        if matches { position += text.utf8CodeUnitCount }
        return matches
    }

    private func find(_ needle: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= needle.count, let first = needle.first else { return nil }
        var index = start
        let last = bytes.count - needle.count
        while index <= last {
            if bytes[index] == first, bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }
}
