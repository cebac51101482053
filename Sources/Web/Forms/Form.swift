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

    package func file(_ field: String) -> File? { files.first { $0.field == field } }

    /// Parses `application/x-www-form-urlencoded` (also the query of an address).
    package init(urlEncoded bytes: [UInt8], limits: FormLimits = FormLimits()) throws(FormError) {
        var fields: [Field] = []
        for pair in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            guard fields.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard equals - pair.startIndex <= limits.nameBytes * 3 else { throw .nameTooLong(limit: limits.nameBytes) }
            let name: String
            let value: String
            do {
                name = try PercentDecoding.decode(pair[..<equals], form: true)
                value = equals == pair.endIndex ? "" : try PercentDecoding.decode(pair[(equals + 1)...], form: true)
            } catch {
                throw .malformed
            }
            guard name.utf8.count <= limits.nameBytes else { throw .nameTooLong(limit: limits.nameBytes) }
            guard value.utf8.count <= limits.valueBytes else {
                throw .valueTooLong(field: name, limit: limits.valueBytes)
            }
            fields.append(Field(name: name, value: value))
        }
        self.init(fields: fields)
    }
}
