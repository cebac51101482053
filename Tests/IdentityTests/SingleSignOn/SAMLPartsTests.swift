import Cryptography
import Runtime
import SAMLExchange
import Testing

@testable import Identity

@Suite struct SAMLPartsTests {
    private static let password = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    private static let strong = "https://refeds.org/profile/mfa"

    @Test(
        arguments: [
            ([], nil, false, SAMLContext.Wish.any(nil)),
            ([password], "exact", false, .any(password)),
            ([strong], "exact", false, .strong(strong)),
            ([strong], "exact", true, .any(strong)),
            ([strong, password], "exact", false, .any(password)),
            ([strong, password], "exact", true, .any(strong)),
            ([password], "minimum", false, .any(nil)),
            ([strong], "minimum", false, .strong(nil)),
            ([password], "better", false, .strong(nil)),
            ([strong], "better", true, .impossible),
            (["urn:unknown"], "exact", true, .impossible),
            ([password], "worse", true, .impossible),
        ] as [([String], String?, Bool, SAMLContext.Wish)])
    func wishes(_ classes: [String], _ comparison: String?, _ isStrong: Bool, _ wish: SAMLContext.Wish) {
        #expect(SAMLContext.wish(classes, comparison, isStrong: isStrong) == wish)
    }

    @Test func aKeyHasOneCertificateWhereverItIsMade() throws {
        let key = try PrivateKey.generate(.rs256)
        let first = try key.ownCertificate(name: "Préau SAML")
        let again = try PrivateKey(der: key.der).ownCertificate(name: "Préau SAML")
        #expect(first == again)
        let other = try PrivateKey.generate(.rs256).ownCertificate(name: "Préau SAML")
        #expect(first != other)
    }

    @Test func keysOfSAMLSignNoTokens() throws {
        let key = try PrivateKey.generate(.rs256)
        let id = SigningKey.id(of: key.publicNumbers)
        let keys = SigningKeys([SigningKey(id: id, state: .active, key: key, purpose: .saml)])
        #expect(keys.active(.rs256) == nil)
        #expect(keys[id] == nil)
        #expect(keys.saml.map(\.id) == [id])
        #expect(!String(decoding: keys.document, as: UTF8.self).contains(id))
    }

    @Test func nothingThatIsNotPlainGetsIntoOurDocuments() {
        var facts = ServiceProviderFacts(entityID: "")
        facts.entityID = "https://sp.example/\"><x/>&<"
        let text = SAMLMetadata.partner(facts)
        #expect(!text.contains("<x/>"))
        let message = SAMLLogoutMessage.request(
            issuer: "https://idp.example", to: "https://sp.example/\"><x/>", instant: "2026-11-26T20:00:00Z",
            until: "2026-11-26T20:05:00Z", name: SAMLProvider.Name(value: "<x/>", format: "\"<x/>"),
            qualifier: "<x/>", index: "<x/>")
        #expect(!message.document.contains("<x/>"))
    }

    @Test func whatIsKeptOfASessionComesBack() {
        let entry = SAMLProvider.Entry(
            session: .v7(), account: .v7(), service: .v7(),
            name: SAMLProvider.Name(value: "a\"b", format: SAMLMetadata.persistent))
        #expect(SAMLProvider.Entry(entry.bytes) == entry)
        #expect(SAMLProvider.Entry(Array("[]".utf8)) == nil)
        let partner = PartnerSessions.Entry.saml(service: .v7(), name: "n", format: "f", index: "_1")
        #expect(PartnerSessions.Entry(partner.bytes) == partner)
    }
}
