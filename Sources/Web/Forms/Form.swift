/// The fields of a form, in the order they came.
package struct Form: Sendable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A file sent with a form, small enough to be held whole; big ones are streamed by routes of their own.
    package struct File: Sendable {
        package let field: String
        /// As the sender named it: shown, never used as a path.
        package let name: String
        package let contentType: String
        package let bytes: [UInt8]
    }

    package let fields: [Field]
    package let files: [File]

    package init(fields: [Field] = [], files: [File] = []) {
        self.fields = fields
        self.files = files
    }

    /// The value of a field; nil when it is absent.
    package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// Whether a field of one of these names is there more than once.
    package func hasDoubled(_ names: [String]) -> Bool {
        for (index, field) in fields.enumerated() where names.contains(field.name) {
            for other in fields[(index + 1)...] where other.name == field.name { return true }
        }
        return false
    }

    package func file(_ field: String) -> File? { files.first { $0.field == field } }

    /// Parses `application/x-www-form-urlencoded` (also the query of an address).
    package init(urlEncoded bytes: [UInt8], limits: FormLimits = FormLimits()) throws(FormError) {
        let parsed = bytes.withUnsafeBufferPointer { bytes in
            Result { () throws(FormError) in try Form.fields(bytes, limits) }
        }
        self.init(fields: try parsed.get())
    }

    private static func fields(
        _ bytes: UnsafeBufferPointer<UInt8>, _ limits: FormLimits
    ) throws(FormError) -> [Field] {
        var fields: [Field] = []
        var start = 0
        while start < bytes.count {
            var end = start
            var equals: Int?
            while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
                if equals == nil, bytes[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            defer { start = end + 1 }
            guard end > start else { continue }
            guard fields.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
            let nameEnd = equals ?? end
            guard nameEnd - start <= limits.nameBytes * 3 else { throw .nameTooLong(limit: limits.nameBytes) }
            let name: String
            let value: String
            do {
                name = try PercentDecoding.decode(UnsafeBufferPointer(rebasing: bytes[start..<nameEnd]), form: true)
                value =
                    nameEnd == end
                    ? ""
                    : try PercentDecoding.decode(UnsafeBufferPointer(rebasing: bytes[nameEnd + 1..<end]), form: true)
            } catch {
                throw .malformed
            }
            guard name.utf8.count <= limits.nameBytes else { throw .nameTooLong(limit: limits.nameBytes) }
            guard value.utf8.count <= limits.valueBytes else {
                throw .valueTooLong(field: name, limit: limits.valueBytes)
            }
            fields.append(Field(name: name, value: value))
        }
        return fields
    }
}
