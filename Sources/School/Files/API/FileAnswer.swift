internal import Cryptography
package import Web

/// A file as the API shows it; services show their items' files the same way.
package struct FileAnswer: JSONRepresentable, Sendable {
    private let file: StoredFile
    private let establishment: String

    /// - Parameter establishment: the UAI.
    package init(_ file: StoredFile, in establishment: String) {
        self.file = file
        self.establishment = establishment
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", file.id.rawValue)
            writer.field("name", file.name)
            writer.field("size", file.size)
            writer.field("media_type", file.mediaType)
            writer.field("sha256", Hex.encode(file.sha256))
            writer.field(
                "href", "/api/v1/establishments/\(establishment)/files/\(file.id.rawValue)/content")
        }
    }

    package static var schema: Schema {
        .named(
            "File",
            .object([
                .required("id", .uuid), .required("name", .text(1...255)),
                .required("size", .integer(1...Int.max), "In bytes."),
                .required("media_type", .text(3...100), "As the content says, whatever the sender said."),
                .required("sha256", .text(64...64), "Of the content, in hexadecimal."),
                .required("href", .text(), "Where its bytes are."),
            ]))
    }
}
