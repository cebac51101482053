import Testing
import Web

@testable import School

@Suite struct FileRulesTests {
    @Test(arguments: [
        ("leçon n° 3.pdf", "leçon n° 3.pdf"), ("../../etc/passwd", "passwd"), ("C:\\Travail\\a.odt", "a.odt"),
        ("a\u{0}b\r\n.txt", "ab.txt"), ("photo\u{202E}gpj.exe", "photogpj.exe"), ("...", "file"), ("", "file"),
        (".htaccess", "htaccess"), ("a<b>:\"|?*.txt", "a_b______.txt"), ("fin. ", "fin"), ("/", "file"),
        ("\u{FEFF}a.txt", "a.txt"),
    ])
    func namesAreCleaned(name: String, cleaned: String) {
        #expect(FileName.cleaned(name) == cleaned)
    }

    @Test func longNamesKeepTheirExtension() {
        let name = FileName.cleaned(String(repeating: "é", count: 300) + ".pdf")
        #expect(name.utf8.count <= FileName.longest)
        #expect(name.hasSuffix("é.pdf"))
    }

    @Test func dispositionsCannotBeEscaped() {
        let name = "a\"; filename=evil.exe; x=\\é\u{1F600}.pdf"
        let value = FileName.disposition(name, inline: false)
        #expect(value.hasPrefix("attachment; filename=\"a_; filename=evil.exe; x=___.pdf\"; filename*=UTF-8''a%22%3B"))
        #expect(value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    }

    @Test(arguments: ["text/html", "image/svg+xml", "application/javascript", "text/xml", "application/x-dosexec", "x"])
    func nothingActiveIsShownOrNamed(type: String) {
        #expect(!FileServing.isShown(type))
        #expect(FileServing.contentType(type) == "application/octet-stream")
    }

    @Test(arguments: [
        "application/x-dosexec", "application/x-executable", "application/x-sharedlib", "application/java-archive",
        "application/x-msi", "application/octet-stream", "application/x-mach-binary",
    ])
    func programsAreAcceptedNowhere(type: String) {
        #expect(!FileTypes.schoolwork.accepts(type))
    }

    @Test func sizesInWords() {
        #expect(FileSize.text(999, .en) == "999\u{A0}bytes")
        #expect(FileSize.text(1_999_999, .fr) == "1,9\u{A0}Mo")
        #expect(FileSize.text(500_000_000, .en) == "500\u{A0}MB")
    }

    @Test func metadataOfUploads() throws {
        let metadata = try UploadMetadata("filename bGXDp29uLnBkZg==,use aG9tZXdvcms=,is_confidential")
        #expect(metadata.name == "leçon.pdf")
        #expect(metadata.use == "homework")
        for wrong in [
            "", "use aG9tZXdvcms=", "use !,filename YQ==", "use YQ==,use YQ==,filename YQ==", "use YQ,filename YQ==",
        ] {
            #expect(throws: FileError.badHeader("Upload-Metadata")) { _ = try UploadMetadata(wrong) }
        }
    }
}
