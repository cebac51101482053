import Runtime
import SAMLExchange
import Testing

@testable import Identity

/// What an identity provider's answer has to fit, one thing wrong at a time. What is signed is for the tests with a real one.
@Suite struct SAMLAnswerTests {
    private static let now: Int64 = 1_795_780_800  // 2026-11-27T12:00:00Z
    private static let question = SAMLAnswer.Question(
        id: "_q", entity: "https://ent.example/saml/sp/metadata", consumer: "https://ent.example/saml/sp/acs",
        provider: "https://idp.example/metadata")

    private static let right: [(String, String)] = [
        ("version", "2.0"), ("in_response_to", "_q"), ("issuer", "https://idp.example/metadata"),
        ("destination", "https://ent.example/saml/sp/acs"), ("issued", "2026-11-27T11:59:58.123Z"),
        ("status", "urn:oasis:names:tc:SAML:2.0:status:Success"), ("signed", "1"), ("assertion_id", "_a"),
        ("assertion_version", "2.0"), ("assertion_issued", "2026-11-27T11:59:58Z"),
        ("assertion_issuer", "https://idp.example/metadata"), ("name_id", "x"),
        ("method", "urn:oasis:names:tc:SAML:2.0:cm:bearer"), ("recipient", "https://ent.example/saml/sp/acs"),
        ("confirmation_in_response_to", "_q"), ("confirmation_until", "2026-11-27T12:05:00Z"),
        ("not_before", "2026-11-27T11:59:58Z"), ("not_after", "2026-11-27T12:05:00Z"), ("restriction", ""),
        ("audience", "https://other.example"), ("audience", "https://ent.example/saml/sp/metadata"),
        ("authenticated_at", "2026-11-27T08:00:00Z"), ("attribute", "urn:oid:1"), ("friendly", "login"),
        ("value", "a"), ("value", "b"), ("attribute", "login"), ("value", "c"),
    ]

    private func answer(_ change: (name: String, value: String?)? = nil) -> SAMLAnswer {
        var record = SAMLRecord()
        for (name, value) in Self.right where name != change?.name { record.add(name, value) }
        if let change { record.add(change.name, change.value) }
        return SAMLAnswer(record)
    }

    @Test func whatFitsIsTaken() {
        #expect(answer().mismatch(Self.question, now: Self.now) == nil)
        #expect(answer(("destination", nil)).mismatch(Self.question, now: Self.now) != nil, "signed, for anywhere")
        #expect(answer(("issuer", nil)).mismatch(Self.question, now: Self.now) == nil, "the assertion says it")
        #expect(answer().values("login") == ["c"], "a name before a friendly name")
        #expect(answer().values("urn:oid:1") == ["a", "b"])
        #expect(answer().values("other") == [])
    }

    @Test(
        arguments: [
            ("version", "1.1"), ("in_response_to", "_other"), ("issuer", "https://evil.example"),
            ("status", "urn:oasis:names:tc:SAML:2.0:status:Responder"), ("destination", "https://evil.example/acs"),
            ("issued", "2026-11-27T11:50:00Z"), ("issued", "2026-11-27T12:10:00Z"), ("issued", "yesterday"),
            ("issued", "2026-11-27T13:00:00+01:00"), ("assertion_issued", "2026-11-27T11:50:00Z"),
            ("assertion_issuer", "https://evil.example"), ("assertion_issuer", nil), ("assertion_version", "1.0"),
            ("method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"), ("recipient", nil),
            ("recipient", "https://evil.example/acs"), ("confirmation_in_response_to", nil),
            ("confirmation_in_response_to", "_other"), ("confirmation_from", "2026-11-27T11:00:00Z"),
            ("confirmation_until", nil), ("confirmation_until", "2026-11-27T11:58:00Z"),
            ("not_before", "2026-11-27T12:10:00Z"), ("not_after", "2026-11-27T11:58:00Z"),
            ("session_end", "2026-11-27T11:58:00Z"), ("authenticated_at", nil),
            ("authenticated_at", "2026-11-27T12:10:00Z"), ("audience", nil),
            ("audience", "https://ent.example/saml/sp/metadata/"), ("assertion_id", nil),
        ] as [(String, String?)])
    func whatDoesNotFitIsRefused(_ name: String, _ value: String?) {
        #expect(answer((name, value)).mismatch(Self.question, now: Self.now) != nil)
    }

    @Test func everyRestrictionHasToNameUs() {
        var record = SAMLRecord()
        for (name, value) in Self.right { record.add(name, value) }
        record.add("restriction", "")
        #expect(SAMLAnswer(record).mismatch(Self.question, now: Self.now)?.description == "audience")
        record.add("audience", Self.question.entity)
        #expect(SAMLAnswer(record).mismatch(Self.question, now: Self.now) == nil)
    }

    @Test func whatIsKeptOnTheWayComesBack() {
        let journey = SAMLServiceProvider.Journey(
            provider: "p", visit: "v", next: "/timetable", linking: nil, entity: "e", consumer: "c")
        let arrival = SAMLServiceProvider.Arrival(
            journey: journey, person: UpstreamSignIn.Person(subject: "s", claims: ["1", "2"]), name: "n", index: "i")
        let back = SAMLServiceProvider.Arrival(arrival.bytes)
        #expect(back?.journey == journey)
        #expect(back?.person.subject == "s")
        #expect(back?.person.claims == ["1", "2"])
        #expect(SAMLServiceProvider.Arrival(Array("[]".utf8)) == nil)
        let entry = UpstreamSessions.Entry(session: .v7(), account: .v7(), index: "")
        #expect(UpstreamSessions.Entry(entry.bytes) == entry)
    }

    @Test(
        arguments: [
            ("{AAF}24|x|123", "24", "123"), ("{AAF}024|123", "24", "123"), ("24|x|123", nil, nil),
            ("{AAF}24", nil, nil),
            ("{AAF}|123", nil, nil), ("{AAF}24|", nil, nil), ("{AAF}24a|1", nil, nil), ("", nil, nil),
        ] as [(String, String?, String?)])
    func referencesOfFeeds(_ text: String, _ academy: String?, _ key: String?) {
        let found = FeedReference(text)
        #expect(found?.academy == academy)
        #expect(found?.key == key)
    }
}
