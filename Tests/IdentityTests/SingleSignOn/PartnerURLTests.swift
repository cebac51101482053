import Runtime
import Testing

@testable import Identity

@Suite struct PartnerURLTests {
    @Test(arguments: [
        ("https://Pronote.Example.FR:443/a", "https://pronote.example.fr/a"), ("http://x:80", "http://x/"),
        ("https://x/?a=1#b", "https://x/?a=1"), ("https://x#b", "https://x/"), ("HTTPS://x/", "https://x/"),
        ("https://x/a;jsessionid=12ab", "https://x/a"), ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("https://x/a%20b?c=%26", "https://x/a%20b?c=%26"),
        ("https://x?next=https://y/../z", "https://x/?next=https://y/../z"),
    ])
    func oneAddressHasOneText(text: String, expected: String) {
        #expect(PartnerURL(text)?.text == expected)
    }

    @Test(arguments: [
        "", "x", "//x/", "ftp://x/", "javascript:alert(1)", "https://", "https:///a", "https://a@b/", "https://b\\@a/",
        "https://a:0/", "https://a:99999/", "https://a:08/", "https://a:/", "https://a..b/", "https://.a/",
        "https://a./",
        "https://a/../b", "https://a/%2e%2e/b", "https://a/%2E./b", "https://a/./b", "https://a/x%2fy",
        "https://a/x%5cy",
        "https://a/%zz", "https://a/%0d%0a", "https://a/ b", "https://a/\r\nX: y", "https://é.example/",
        "https://a%2eb/",
        "https://a/\u{0}", "https://[::1", "https://[x]/", "https://a\"b/", "https://a<b/",
    ])
    func whatTwoReadersCouldReadDifferentlyIsNone(text: String) {
        #expect(PartnerURL(text) == nil)
    }

    @Test func veryLongOnesAreNone() {
        #expect(PartnerURL("https://a/" + String(repeating: "b", count: 1990)) != nil)
        #expect(PartnerURL("https://a/" + String(repeating: "b", count: 1991)) == nil)
    }

    @Test(arguments: [
        ("https://a.fr/app/", "https://a.fr/app/x?y=1", true), ("https://a.fr/app/", "https://a.fr/app", true),
        ("https://a.fr/app/", "https://a.fr/app-x", false), ("https://a.fr/app", "https://a.fr/app/x", true),
        ("https://a.fr/app", "https://a.fr/application", false), ("https://a.fr/", "https://a.fr.evil.com/", false),
        ("https://a.fr/", "http://a.fr/", false), ("https://a.fr/", "https://a.fr:8443/", false),
        ("https://a.fr/", "https://b.a.fr/", false), ("https://*.a.fr/", "https://b.a.fr/", true),
        ("https://*.a.fr/", "https://c.b.a.fr/x", true), ("https://*.a.fr/", "https://a.fr/", false),
        ("https://*.a.fr/", "https://xa.fr/", false),
    ])
    func patternsCoverWhatIsBelow(pattern: String, address: String, expected: Bool) throws {
        let url = try #require(PartnerURL(address))
        #expect(try #require(PartnerPattern(pattern)).covers(url) == expected)
    }

    @Test(arguments: ["https://*.fr/", "https://*/", "https://a.fr/?x=1", "https://a.*.fr/", "*", "https://*a.fr/"])
    func patternsThatAreTooWideAreNone(text: String) {
        #expect(PartnerPattern(text) == nil)
    }

    @Test func aTicketIsAddedToTheQueryThatIsThere() {
        #expect(PartnerURL("https://a/b?c=d")?.adding("ticket", "ST-1 &") == "https://a/b?c=d&ticket=ST-1%20%26")
        #expect(PartnerURL("https://a")?.adding("ticket", "x") == "https://a/?ticket=x")
        #expect(PartnerURL("https://a/?")?.adding("ticket", "x") == "https://a/?ticket=x")
    }

    @Test func servicesAreFoundByHost() {
        func service(_ name: String, _ pattern: String, enabled: Bool = true) -> PartnerService {
            var settings = PartnerSettings()
            settings.patterns = [pattern].compactMap { PartnerPattern($0) }
            return PartnerService(
                id: .v7(), kind: .cas, name: name, scope: .platform, isEnabled: enabled, settings: settings)
        }
        let set = PartnerSet(
            version: 1,
            all: [
                service("all", "https://*.a.fr/"), service("one", "https://b.a.fr/"),
                service("deep", "https://b.a.fr/x/"),
                service("closed", "https://b.a.fr/x/y/", enabled: false),
            ], pairwiseSecret: [])
        func names(_ address: String) -> [String] {
            PartnerURL(address).map { set.services(.cas, at: $0).map(\.name) } ?? []
        }
        #expect(
            names("https://b.a.fr/x/y/z") == ["deep", "all", "one"] || names("https://b.a.fr/x/y/z").first == "deep")
        #expect(names("https://c.a.fr/") == ["all"])
        #expect(names("https://a.fr/").isEmpty)
        #expect(set.services(.oidc, at: PartnerURL("https://b.a.fr/")!).isEmpty)
    }
}
