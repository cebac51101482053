import Testing

@testable import XML

/// Writes down what comes by.
private final class Recorder: XMLHandler {
    var events: [String] = []
    var lines: [Int] = []

    func start(_ element: UnsafeBufferPointer<UInt8>, name: UnsafeBufferPointer<UInt8>?, line: Int) {
        lines.append(line)
        events.append(
            "<" + String(decoding: element, as: UTF8.self)
                + (name.map { " " + String(decoding: $0, as: UTF8.self) } ?? ""))
    }

    func end(_ element: UnsafeBufferPointer<UInt8>) {
        events.append(">" + String(decoding: element, as: UTF8.self))
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) { events.append(String(decoding: bytes, as: UTF8.self)) }
    func comment(_ bytes: UnsafeBufferPointer<UInt8>) { events.append("!" + String(decoding: bytes, as: UTF8.self)) }

    var text: String { events.filter { !$0.hasPrefix("<") && !$0.hasPrefix(">") && !$0.hasPrefix("!") }.joined() }
}

@Suite struct XMLReaderTests {
    private func read(_ bytes: [UInt8], limits: XMLLimits = XMLLimits(), piece: Int = 7) throws(XMLError) -> (
        Recorder, Int
    ) {
        let recorder = Recorder()
        let reader = try XMLReader(handler: recorder, limits: limits)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + piece)
            let outcome = Array(bytes[start..<end]).withUnsafeBytes { part -> Result<Void, XMLError> in
                do throws(XMLError) { return .success(try reader.read(part)) } catch { return .failure(error) }
            }
            try outcome.get()
            start = end
        }
        try reader.finish()
        return (recorder, reader.repairedBytes)
    }

    private func text(_ bytes: [UInt8]) throws -> String { try read(bytes).0.text }

    @Test func tellsElementsAttributesTextAndComments() throws {
        let document = #"<?xml version="1.0"?><!-- hello --><a><attr name="sn"><value>X</value></attr></a>"#
        let (recorder, _) = try read(Array(document.utf8))
        #expect(recorder.events == ["! hello ", "<a", "<attr sn", "<value", "X", ">value", ">attr", ">a"])
    }

    @Test(arguments: [1, 7, 1000]) func tellsTheLineOfEachElement(piece: Int) throws {
        let document = "<?xml version=\"1.0\"?>\n<!-- one\ntwo -->\n<a>\n\n  <b/><c>\nx\n</c>\r\n<d\n  name=\"e\"/></a>"
        #expect(try read(Array(document.utf8), piece: piece).0.lines == [4, 6, 6, 9])
        let refused = Array("<a>\n<b>\n</a>".utf8)
        #expect(throws: XMLError.malformed(line: 3, reason: "mismatched tag")) { try read(refused, piece: piece) }
    }

    @Test(arguments: [
        ("UTF-8", [0xc3, 0xa9] as [UInt8], "é"), ("ISO-8859-1", [0xe9], "é"), ("ISO-8859-15", [0xbd], "œ"),
        ("ISO-8859-15", [0xa4], "€"), ("windows-1252", [0x9c], "œ"), ("UTF-8", Array("&#233;".utf8), "é"),
    ])
    func readsTheEncodingsOfFeeds(name: String, content: [UInt8], expected: String) throws {
        let bytes = Array("<?xml version=\"1.0\" encoding=\"\(name)\"?><a>".utf8) + content + Array("</a>".utf8)
        #expect(try text(bytes) == expected)
    }

    @Test(arguments: [1, 2, 3, 64, 4096]) func putsWrongBytesRight(piece: Int) throws {
        // Latin-1 in a document that says nothing, next to real UTF-8, across any cut.
        let bytes = Array("<a>H".utf8) + [0xe9] + Array("lène é €".utf8) + [0x9c, 0xff] + Array("</a>".utf8)
        let (recorder, repaired) = try read(bytes, piece: piece)
        #expect(recorder.text == "Hélène é €œÿ")
        #expect(repaired == 3)
    }

    @Test func namesADocumentTypeWithoutFetchingIt() throws {
        #expect(try text(Array(#"<!DOCTYPE a SYSTEM "/etc/hostname"><a>x</a>"#.utf8)) == "x")
    }

    @Test(arguments: [
        #"<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>"#,
        #"<!DOCTYPE a [<!ENTITY e "eeeeeeeeee"><!ENTITY f "&e;&e;&e;">]><a>&f;</a>"#,
        #"<!DOCTYPE a SYSTEM "x.dtd"><a>&eacute;</a>"#, #"<a>&eacute;</a>"#,
        #"<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]><a/>"#,
    ])
    func refusesEveryEntity(document: String) {
        var refusal: XMLError?
        do { _ = try read(Array(document.utf8)) } catch { refusal = error }
        if case .entity? = refusal { return }
        Issue.record("\(String(describing: refusal))")
    }

    @Test(arguments: ["<a><b></a>", "<a>", "", "<a></a><b/>", "<a>\u{1}</a>", "plain text", "<a", "<a>&#0;</a>"])
    func refusesWhatIsNotWellFormed(document: String) {
        #expect(throws: XMLError.self) { try read(Array(document.utf8)) }
    }

    @Test func keepsToItsLimits() {
        let deep = String(repeating: "<a>", count: 40)
        let long = "<a>" + String(repeating: "x", count: 2000) + "</a>"
        let named = "<" + String(repeating: "n", count: 300) + "/>"
        for (document, limits) in [
            (deep, XMLLimits()), (long, XMLLimits(text: 1000)), (named, XMLLimits()), (long, XMLLimits(bytes: 500)),
        ] {
            var refusal: XMLError?
            do { _ = try read(Array(document.utf8), limits: limits) } catch { refusal = error }
            if case .tooLarge? = refusal { continue }
            Issue.record("\(document.prefix(20))")
        }
    }

    @Test func refusesAnEncodingItDoesNotKnow() {
        #expect(throws: XMLError.encoding(line: 1)) {
            try read(Array(#"<?xml version="1.0" encoding="EBCDIC-FR"?><a/>"#.utf8), piece: 500)
        }
    }
}
