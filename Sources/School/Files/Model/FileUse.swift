/// What files are for, with what such a file may be: declared once by the service that has them.
package struct FileUse: Sendable, Hashable {
    /// `homework`: in the database and in addresses; lower-case letters and underscores, never changed.
    package let name: String
    /// In bytes.
    package let largest: Int
    /// How many files one item may have.
    package let most: Int
    package let types: FileTypes

    package init(_ name: String, largest: Int, most: Int, types: FileTypes) {
        self.name = name
        self.largest = largest
        self.most = most
        self.types = types
    }
}
