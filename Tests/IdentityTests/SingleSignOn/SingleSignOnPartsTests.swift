import Cryptography
import Runtime
import Testing
import Web

@testable import Identity

@Suite struct SingleSignOnPartsTests {
    @Test(arguments: [
        ("<E><B><q:AssertionArtifact>ST-1</q:AssertionArtifact></B></E>", "ST-1"),
        ("<AssertionArtifact a='b'>\n ST-1\t</AssertionArtifact>", "ST-1"), ("<AssertionArtifact/>", nil),
        ("<AssertionArtifact></AssertionArtifact>", nil), ("<AssertionArtifact>a</x><AssertionArtifact>b</x>", nil),
        ("<AssertionArtifact>a&amp;b</AssertionArtifact>", nil),
        ("<!DOCTYPE x><AssertionArtifact>a</AssertionArtifact>", nil),
        ("<a:b:AssertionArtifactX>a</x>", nil), ("AssertionArtifact>a", nil), ("", nil),
    ])
    func theTicketOfASOAPQuestion(text: String, ticket: String?) {
        #expect(SAML11.question(Array(text.utf8))?.ticket == ticket)
    }

    @Test func textInXMLIsOnlyText() {
        #expect(XMLText.escape("a<b>&\"'\u{1}\u{FFFE}é\n") == "a&lt;b&gt;&amp;&quot;&#39;é&#10;")
    }

    @Test func ticketsAreOfTheirAlphabet() throws {
        let name = CASTicket.newName(.service)
        #expect(CASTicket.isName(name) && name.utf8.count == 51)
        for other in ["ST-", name + "0", name.uppercased(), "PT" + name.dropFirst(2), String(name.dropLast()) + "g"] {
            #expect(!CASTicket.isName(other))
        }
        let ticket = CASTicket(session: .random(), service: .v7(), url: "https://a/é", isNewLogin: true)
        #expect(CASTicket(ticket.bytes) == ticket)
        #expect(CASTicket([1, 2, 3]) == nil)
    }

    @Test func namesHideTheirSession() throws {
        let hidden = HiddenSession(HMACKey(SecureRandom.bytes(32)))
        let stranger = HiddenSession(HMACKey(SecureRandom.bytes(32)))
        let session = SessionID.random()
        let name = CASTicket.newName(of: session, hidden)
        #expect(CASTicket.isName(name) && name.utf8.count == 51)
        #expect(CASTicket.session(in: name, .service, hidden) == session)
        #expect(CASTicket.session(in: name, .service, stranger) != session)
        #expect(CASTicket.newName(of: session, hidden) != name)
        let code = AuthorizationCode.new(of: session, hidden)
        #expect(code.utf8.count == 43)
        #expect(AuthorizationCode.session(in: code, hidden) == session)
        #expect(AuthorizationCode.session(in: code, stranger) != session)
        // Of any other text, none or one that nobody has.
        for other in ["", "x", "é", String(code.dropLast()), code + "AAAA"] {
            #expect(AuthorizationCode.session(in: other, hidden) != session)
        }
    }

    @Test func marksOfCodesSayWhatTheyAreOf() {
        let grant = UUID.v7()
        let fresh = AuthorizationCode.Mark(Array(grant.description.utf8))
        #expect(fresh.grant == grant && fresh.token == nil && !fresh.isStolen)
        let used = AuthorizationCode.Mark(token: "at:abc", grant: grant)
        #expect(used.grant == grant && used.token == Array("at:abc".utf8) && !used.isStolen)
        for mark in [fresh, used] {
            let stolen = AuthorizationCode.Mark(AuthorizationCode.Mark.stolen + mark.bytes)
            #expect(stolen.isStolen && stolen.grant == grant && stolen.token == mark.token)
        }
        #expect(AuthorizationCode.Mark([]).grant == nil)
    }

    /// The key of RFC 7638 §3.1, and its thumbprint there.
    @Test func aKeyIsNamedByItsThumbprint() throws {
        let modulus = try #require(
            Base64URL.decode(
                """
                0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs\
                tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5ha\
                jrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw
                """))
        #expect(
            SigningKey.id(of: .rsa(modulus: modulus, exponent: [1, 0, 1]))
                == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test func aVerifierFitsItsChallengeOnly() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        #expect(OpenIDRoutes.fits(verifier, challenge))
        #expect(OpenIDRoutes.fits(nil, nil))
        for (wrong, other) in [
            (nil, challenge), ("", challenge), (verifier, nil), (verifier + "a", challenge), ("a", challenge),
        ] as [(String?, String?)] {
            #expect(!OpenIDRoutes.fits(wrong, other))
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func tokensAreOpenedByTheirKeyOnly(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(algorithm)
        let named = SigningKey(id: SigningKey.id(of: key.publicNumbers), state: .active, key: key)
        let keys = SigningKeys([named])
        let input = JSONWebToken.signingInput([JSON.Member("sub", "x")], type: "JWT", key: named)
        let token = input + "." + Base64URL.encode(try key.sign(Array(input.utf8)))
        #expect(JSONWebToken.open(token, with: keys)?["sub"]?.text == "x")
        let other = try PrivateKey.generate(algorithm)
        let stranger = SigningKeys([SigningKey(id: named.id, state: .active, key: other)])
        #expect(JSONWebToken.open(token, with: stranger) == nil)
        for wrong in [token + "A", String(token.dropLast(5)), "." + token, input + ".", ""] {
            #expect(JSONWebToken.open(wrong, with: keys) == nil)
        }
        func claimed(_ header: JSON) -> String {
            let text =
                Base64URL.encode(header.bytes) + "." + Base64URL.encode(JSON.object([JSON.Member("sub", "x")]).bytes)
            return text + "." + Base64URL.encode((try? key.sign(Array(text.utf8))) ?? [])
        }
        #expect(JSONWebToken.open(claimed(["alg": "none", "kid": .string(named.id)]), with: keys) == nil)
        #expect(JSONWebToken.open(claimed(["alg": "HS256", "kid": .string(named.id)]), with: keys) == nil)
        #expect(
            JSONWebToken.open(
                claimed(["alg": .string(algorithm.rawValue), "kid": .string(named.id), "crit": ["x"]]), with: keys)
                == nil)
        #expect(!String(decoding: keys.document, as: UTF8.self).contains("\"d\""))
    }

    @Test func entriesOfASessionComeBackAsTheyWere() {
        for entry in [
            PartnerSessions.Entry.cas(url: "https://a/?b=\"é\"", ticket: "ST-1"),
            .oidc(service: .v7(), subject: "s", sid: "t"),
        ] { #expect(PartnerSessions.Entry(entry.bytes) == entry) }
        #expect(PartnerSessions.Entry(Array("[\"x\"]".utf8)) == nil)
        #expect(PartnerSessions.Entry([0xff]) == nil)
    }

    @Test func settingsComeBackAsTheyWere() throws {
        for template in PartnerTemplate.allCases {
            var settings = PartnerSettings()
            settings.template = template
            template.fill(&settings)
            settings.patterns = [try #require(PartnerPattern("https://*.a.fr/b/"))]
            settings.redirectURIs = ["https://a.fr/cb?x=1"]
            var parser = JSONParser(JSONWriter.bytes(of: settings))
            let again = try #require(PartnerSettings(try parser.parse()))
            #expect(JSONWriter.bytes(of: again) == JSONWriter.bytes(of: settings))
            #expect(again.attributes == settings.attributes && again.roles == settings.roles)
        }
    }

    @Test func aRuleOfAnUnknownKindIsNone() {
        for json: JSON in [
            ["name": "a b", "source": "login"], ["name": "a", "source": "password_hash"],
            ["name": "1a", "source": "login"],
            ["name": "a", "source": "login", "format": "x"], ["source": "login"],
        ] { #expect(AttributeRule(json) == nil) }
    }
}
