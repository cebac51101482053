import Compression
import Cryptography
import SAML
import SAMLExchange
import Testing

/// What is refused before lasso is given anything. One reader at a time: lasso is for one thread.
@Suite(.serialized) struct ReaderTests {
    private static let request = """
        <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" \
        xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-11-26T20:00:00Z">\
        <saml:Issuer>https://sp.example/metadata</saml:Issuer></samlp:AuthnRequest>
        """

    private func outline(_ document: String, _ kind: SAMLMessageKind = .form) throws -> String? {
        let bytes = Array(document.utf8)
        let message =
            switch kind {
            case .form: Base64.encode(bytes)
            case .query: "SAMLRequest=" + escaped(Base64.encode(try Deflate.compress(bytes)))
            case .soap: document
            }
        do {
            let question = SAMLRecord(["kind": kind.rawValue, "message": message])
            return try SAMLReader().answer(.outline, question)["issuer"]
        } catch {
            return nil
        }
    }

    private func escaped(_ text: String) -> String {
        text.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
    }

    @Test func whatIsWellFormedIsRead() throws {
        for kind in [SAMLMessageKind.form, .query] {
            let issuer = try outline(Self.request, kind)
            #expect(issuer == "https://sp.example/metadata")
        }
        let envelope = """
            <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>\(Self.request)</s:Body></s:Envelope>
            """
        let inside = try outline(envelope, .soap)
        #expect(inside == "https://sp.example/metadata")
        let bare = try outline(Self.request, .soap)
        #expect(bare == nil, "no envelope")
    }

    @Test(arguments: [
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", "<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x\">",
        "<!-- -->", "<?x y?>", "<?xml-stylesheet href=\"x\"?>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", " ",
        "\u{FEFF}",
    ])
    func nothingComesBefore(_ start: String) throws {
        let issuer = try outline(start + Self.request)
        #expect(issuer == nil)
    }

    @Test func nothingIsHiddenInside() throws {
        func with(_ text: String) throws -> String? {
            try outline(Self.request.replacing("</samlp:AuthnRequest>", with: text + "</samlp:AuthnRequest>"))
        }
        let plain = try with("<samlp:Extensions><a/></samlp:Extensions>")
        #expect(plain != nil)
        let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">"
        for text in [
            "<!-- -->", "<![CDATA[x]]>", "&e;", "<a ID=\"_1\"/>", String(repeating: "<a>", count: 60),
            "<samlp:Extensions>\(signature)</ds:Signature></samlp:Extensions>",
            "\(signature)</ds:Signature>\(signature)</ds:Signature>",
            "\(signature)<ds:SignedInfo><ds:Reference URI=\"#_2\"/></ds:SignedInfo></ds:Signature>",
            "\(signature)<ds:SignedInfo><ds:Reference URI=\"\"/></ds:SignedInfo></ds:Signature>",
            "\(signature)<ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\"/></ds:Signature>",
            "\(signature)<ds:SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"/></ds:Signature>",
            "\(signature)<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/></ds:Signature>",
        ] {
            let issuer = try with(text)
            #expect(issuer == nil, "\(text.prefix(200))")
        }
    }

    @Test func queriesAreOneThing() throws {
        let message = escaped(Base64.encode(try Deflate.compress(Array(Self.request.utf8))))
        func read(_ query: String) -> String? {
            try? SAMLReader().answer(.outline, SAMLRecord(["kind": "query", "message": query]))["issuer"]
        }
        let good = read("SAMLRequest=\(message)&RelayState=x&other=y")
        #expect(good != nil)
        let rsa = "http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256"
        for query in [
            "", "RelayState=x", "SAMLRequest=", "SAMLRequest=%", "SAMLRequest=\(message)&SAMLRequest=\(message)",
            "SAMLRequest=\(message)&SigAlg=\(rsa)", "SAMLRequest=\(message)&Signature=x",
            "SAMLRequest=\(message)&SigAlg=http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1&Signature=x",
        ] {
            let issuer = read(query)
            #expect(issuer == nil, "\(query.prefix(100))")
        }
    }

    @Test func aSmallMessageHidesNoLargeOne() throws {
        let large = Self.request.replacing(
            "</samlp:AuthnRequest>", with: String(repeating: " ", count: 4 << 20) + "</samlp:AuthnRequest>")
        let packed = try Deflate.compress(Array(large.utf8))
        #expect(packed.count < 10_000)
        let issuer = try outline(large, .query)
        #expect(issuer == nil)
        #expect(throws: CompressionError.tooLarge(limit: 1000)) { try Deflate.decompress(packed, limit: 1000) }
    }

    @Test func factsOfMetadata() throws {
        func facts(_ role: String, entity: String = "https://sp.example/metadata") throws -> ServiceProviderFacts? {
            let document = """
                <?xml version="1.0" encoding="UTF-8"?><!-- by hand --><md:EntityDescriptor \
                xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="\(entity)"><md:SPSSODescriptor \
                AuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\(role)\
                </md:SPSSODescriptor></md:EntityDescriptor>
                """
            let answer = try? SAMLReader().answer(.facts, SAMLRecord(["document": document]))
            return answer.flatMap { ServiceProviderFacts(lines: $0["facts"] ?? "") }
        }
        func consumer(_ index: String, _ binding: String = ServiceProviderFacts.post) -> String {
            "<md:AssertionConsumerService index=\"\(index)\" Binding=\"\(binding)\" Location=\"https://sp.example/acs\"/>"
        }
        let good = try #require(try facts(consumer("1") + consumer("2", "urn:oasis:names:tc:SAML:2.0:bindings:PAOS")))
        #expect(good.entityID == "https://sp.example/metadata")
        #expect(good.consumers.map(\.index) == [1])
        #expect(good.signsRequests)
        for bad in ["", consumer("x"), consumer("1") + consumer("1"), consumer("-1")] {
            let found = try facts(bad)
            #expect(found == nil, "\(bad)")
        }
        let two = try facts(consumer("1"), entity: "a&#10;entity&#9;b")
        #expect(two == nil, "a line would be two")
    }
}
