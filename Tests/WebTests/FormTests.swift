import Runtime
import Testing

@testable import Web

@Suite struct FormTests {
    private func parse(_ text: String, _ limits: FormLimits = FormLimits()) throws(FormError) -> Form {
        try Form(urlEncoded: Array(text.utf8), limits: limits)
    }

    @Test func readsFields() throws {
        let form = try parse("a=1&b=x+y%20z&c=%C3%A9&a=2&d&=e&&f=a=b")
        #expect(form["a"] == "1")
        #expect(form.all("a") == ["1", "2"])
        #expect(form["b"] == "x y z")
        #expect(form["c"] == "é")
        #expect(form["d"] == "")
        #expect(form["f"] == "a=b")
        #expect(form["z"] == nil)
    }

    @Test(arguments: ["a=%", "a=%2", "a=%zz", "a=%00", "a=%ff", "a=%c0%80", "%00=a", "a=%ed%a0%80"])
    func refuses(text: String) { #expect(throws: FormError.malformed) { try parse(text) } }

    @Test func refusesRawBytes() {
        #expect(throws: FormError.malformed) { try Form(urlEncoded: [0x61, 0x3d, 0xff]) }
        #expect(throws: FormError.malformed) { try Form(urlEncoded: [0x61, 0x3d, 0x00]) }
    }

    @Test func isBounded() {
        let limits = FormLimits(fields: 3, nameBytes: 4, valueBytes: 5)
        #expect(throws: FormError.tooManyFields(limit: 3)) { try parse("a=1&b=2&c=3&d=4", limits) }
        #expect(throws: FormError.nameTooLong(limit: 4)) { try parse("abcde=1", limits) }
        #expect(throws: FormError.valueTooLong(field: "a", limit: 5)) { try parse("a=123456", limits) }
        // Percent-encoding must not count thrice.
        #expect(throws: Never.self) { try parse("a=%41%41%41%41%41", limits) }
    }

    private static let multipart = """
        --xyz\r\nContent-Disposition: form-data; name="title"\r\n\r\nL'été\r\n--xyz\r\n\
        Content-Disposition: form-data; name="file"; filename="a;\\"b.pdf"\r\nContent-Type: application/pdf\r\n\r\n\
        %PDF\r\n--not the boundary\r\n\r\n--xyz\r\n\
        Content-Disposition: form-data; name="none"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--xyz--\r\n
        """

    private func multipart(_ text: String, boundary: String = "xyz") throws(FormError) -> Form {
        var parser = try MultipartParser(Array(text.utf8), boundary: boundary, limits: FormLimits())
        return try parser.parse()
    }

    @Test func readsMultipart() throws {
        let form = try multipart(FormTests.multipart)
        #expect(form["title"] == "L'été")
        let file = try #require(form.file("file"))
        #expect(file.name == "a;\"b.pdf")
        #expect(file.contentType == "application/pdf")
        #expect(String(decoding: file.bytes, as: UTF8.self) == "%PDF\r\n--not the boundary\r\n")
        #expect(form.file("none") == nil)
    }

    /// Every way of cutting a good body short is an error, never a crash nor a shorter form.
    @Test func refusesTruncatedMultipart() {
        let bytes = Array(FormTests.multipart.utf8)
        for length in 0..<(bytes.count - 2) {
            #expect(throws: FormError.self, "cut at \(length)") {
                var parser = try MultipartParser(Array(bytes.prefix(length)), boundary: "xyz", limits: FormLimits())
                return try parser.parse()
            }
        }
    }

    @Test func refusesOddMultipart() {
        #expect(throws: FormError.malformed) { try multipart(FormTests.multipart, boundary: "") }
        #expect(throws: FormError.malformed) {
            try multipart(FormTests.multipart, boundary: String(repeating: "a", count: 71))
        }
        #expect(throws: FormError.malformed) { try multipart("--xyz\r\n\r\nno headers\r\n--xyz--") }
        #expect(throws: FormError.malformed) {
            try multipart("--xyz\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--xyz--")
        }
    }

    @Test func readerTakesTypes() throws {
        var reader = FormReader(
            try parse(
                "title=+Latin+&day=2026-11-23&start=08%3A05&seats=30&id=0192f1c0-8a3e-7c41-9b52-6f1d2a3b4c5d&on=1&text=a%0D%0Ab"
            ))
        #expect(reader.text("title") == "Latin")
        #expect(reader.date("day") == CivilDate("2026-11-23"))
        #expect(reader.time("start") == 485)
        #expect(reader.integer("seats", 1...40) == 30)
        #expect(reader.uuid("id") != nil)
        #expect(reader.flag("on"))
        #expect(!reader.flag("off"))
        #expect(reader.text("text") == "a\nb")
        #expect(reader.optionalText("none") == nil)
        #expect(reader.isValid)
    }

    @Test func readerRemembersWhatIsWrong() throws {
        var reader = FormReader(
            try parse("title=&day=2026-02-30&seats=99&a=1&a=2&long=\(String(repeating: "x", count: 30))"))
        #expect(reader.text("title") == nil)
        #expect(reader.text("absent") == nil)
        #expect(reader.date("day") == nil)
        #expect(reader.integer("seats", 1...40) == nil)
        #expect(reader.text("a") == nil)
        #expect(reader.text("long", 1...20) == nil)
        #expect(reader.errors.map(\.field) == ["title", "absent", "day", "seats", "a", "long"])
        #expect(reader.error("a") == .givenTwice)
    }
}
