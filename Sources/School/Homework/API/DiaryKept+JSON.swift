internal import Cryptography
internal import Runtime
internal import Tenancy
package import Web

extension DiaryVisa: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id.rawValue)
            writer.field("teacher", teacher.rawValue)
            writer.field("from", days.lowerBound)
            writer.field("to", days.upperBound)
            writer.field("comment", comment)
            writer.field("lesson_records", records)
            writer.field("assignments", assignments)
            writer.field("signed_by", signedBy?.rawValue)
            writer.field("signed_at", Timestamp.iso8601(microseconds: signedAt))
            writer.field("pdf_sha256", Hex.encode(digest))
        }
    }

    package static var schema: Schema {
        .named(
            "DiaryVisa",
            .object([
                .required("id", .uuid), .required("teacher", .uuid), .required("from", .date), .required("to", .date),
                .required("comment", .text()), .required("lesson_records", .integer(0...Int.max)),
                .required("assignments", .integer(0...Int.max)), .required("signed_by", .nullable(.uuid)),
                .required("signed_at", .dateTime), .required("pdf_sha256", .text(64...64), "Of the frozen PDF."),
            ]))
    }
}

extension DiaryArchive: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id.rawValue)
            writer.field("school_year", year.description)
            writer.field("teacher", teacher.rawValue)
            writer.field("group", groupName)
            writer.field("lesson_records", records)
            writer.field("assignments", assignments)
            writer.field("created_at", Timestamp.iso8601(microseconds: createdAt))
            writer.field("pdf_sha256", Hex.encode(digest))
        }
    }

    package static var schema: Schema {
        .named(
            "DiaryArchive",
            .object([
                .required("id", .uuid), .required("school_year", .text(), "2026-2027."), .required("teacher", .uuid),
                .required("group", .text(), "The class's name, as it was."),
                .required("lesson_records", .integer(0...Int.max)), .required("assignments", .integer(0...Int.max)),
                .required("created_at", .dateTime), .required("pdf_sha256", .text(64...64)),
            ]))
    }
}
