/// What a form may hold; anything beyond is refused before it is decoded further.
package struct FormLimits: Sendable {
    package var bytes: Int
    package var fields: Int
    package var nameBytes: Int
    package var valueBytes: Int

    package init(bytes: Int = 65_536, fields: Int = 200, nameBytes: Int = 100, valueBytes: Int = 32_768) {
        self.bytes = bytes
        self.fields = fields
        self.nameBytes = nameBytes
        self.valueBytes = valueBytes
    }

    /// For the query of an address.
    static let query = FormLimits(bytes: 8192, fields: 50, nameBytes: 100, valueBytes: 4096)
}
