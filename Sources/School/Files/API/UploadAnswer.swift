internal import Web

/// An upload as the API shows it.
struct UploadAnswer: JSONRepresentable {
    private let upload: FileUpload

    init(_ upload: FileUpload) { self.upload = upload }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", upload.id.rawValue)
            writer.field("name", upload.name)
            writer.field("offset", upload.offset)
            writer.field("length", upload.length)
            writer.field("is_whole", upload.isWhole)
        }
    }

    static var schema: Schema {
        .named(
            "Upload",
            .object([
                .required("id", .uuid, "Also the identifier of the file it becomes."),
                .required("name", .text(1...255), "As it will be shown."),
                .required("offset", .integer(0...Int.max), "How many bytes are here."),
                .required("length", .nullable(.integer(1...Int.max)), "How many it has."),
                .required("is_whole", .boolean, "Whether the file is there."),
            ]))
    }
}
