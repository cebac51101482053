import TestSupport
import Testing
import Web

@testable import Control

@Suite struct SCIMFilterTests {
    private static let person: JSON = [
        "id": "8a4d1a1e-0000-7000-8000-000000000001", "userName": "Ada.Fictive", "externalId": "E1", "active": true,
        "name": ["familyName": "Fictive", "givenName": "Ada"],
        "emails": [
            ["value": "ada@ecole.test", "type": "work", "primary": true], ["value": "ada@maison.test", "type": "home"],
        ],
        "urn:ietf:params:scim:schemas:extension:preau:2.0:User": [
            "profiles": [["uai": "0770001A", "role": "teacher"]], "classes": ["6e A"],
        ],
        "meta": ["created": "2026-09-01T08:00:00.000Z"],
    ]

    private func matches(_ text: String) throws -> Bool {
        try SCIMFilterParser.filter(text, of: .user).matches(SCIMFilterTests.person, of: .user)
    }

    @Test(arguments: [
        #"userName eq "ada.fictive""#, #"USERNAME EQ "ADA.FICTIVE""#, #"userName sw "ada" and active eq true"#,
        #"name.familyName co "ICT""#, #"name.familyName ew "tive""#, #"userName ne "x""#, "emails pr",
        "not (nickName pr)",
        #"emails[type eq "work" and value co "@ecole"]"#, #"emails.value eq "ada@maison.test""#,
        #"emails eq "ada@maison.test""#, #"externalId eq "E1""#,
        #"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "A""#,
        #"urn:ietf:params:scim:schemas:extension:preau:2.0:User:profiles[uai eq "0770001a"]"#,
        #"urn:ietf:params:scim:schemas:extension:preau:2.0:User:profiles.role eq "teacher""#,
        #"meta.created gt "2026-08-31T23:00:00Z""#, #"meta.created le "2026-09-01T10:00:00+02:00""#,
        #"userName eq "x" or (active eq true and not (active eq false))"#, #"displayName eq null"#,
        // "and" binds closer than "or".
        #"active eq true or active eq true and userName eq "x""#, #"userName gt "ad""#,
    ])
    func filtersThatMatch(_ text: String) throws {
        let text = text.contains("nickName") ? text.split(separator: "nickName").joined(separator: "displayName") : text
        let isMatching = try matches(text)
        #expect(isMatching, "\(text)")
    }

    @Test(arguments: [
        #"externalId eq "e1""#, #"emails[type eq "work" and value co "@maison"]"#, #"active eq false"#,
        #"not (userName pr)"#, #"userName eq null"#, #"meta.created lt "2026-09-01T08:00:00Z""#,
        #"(active eq true or active eq true) and userName eq "x""#, #"emails.value ne "ada@ecole.test""#,
    ])
    func filtersThatDoNot(_ text: String) throws {
        let isMatching = try matches(text)
        #expect(!isMatching, "\(text)")
    }

    @Test(arguments: [
        ("", SCIMError.FilterFault.unknownAttribute), ("userName", .syntax), (#"userName eq"#, .syntax),
        (#"userName eq "x"#, .syntax), (#"userName is "x""#, .syntax), (#"nobody eq "x""#, .unknownAttribute),
        ("active gt true", .wrongType), (#"active eq "true""#, .wrongType), ("userName eq 12", .wrongType),
        (#"meta.created gt "yesterday""#, .wrongType), (#"(userName eq "x""#, .syntax), (#"userName eq "x")"#, .syntax),
        (#"emails[type eq "work""#, .syntax), (#"userName[x eq "y"]"#, .syntax),
        (#"emails[emails[type eq "x"]]"#, .unknownAttribute), (#"userName eq "x" and"#, .unknownAttribute),
        (#"name eq "x""#, .unknownAttribute), (#"userName eq "\u0000""#, .syntax),
    ])
    func refusals(_ text: String, _ fault: SCIMError.FilterFault) {
        #expect(throws: SCIMError.invalidFilter(fault)) { try SCIMFilterParser.filter(text, of: .user) }
    }

    @Test func filtersAreBounded() {
        let long = #"userName eq ""# + String(repeating: "x", count: 5000) + "\""
        #expect(throws: SCIMError.invalidFilter(.tooLong)) { try SCIMFilterParser.filter(long, of: .user) }
        let deep = String(repeating: "(", count: 900) + "active pr" + String(repeating: ")", count: 900)
        #expect(throws: SCIMError.invalidFilter(.tooDeep)) { try SCIMFilterParser.filter(deep, of: .user) }
        let deeper = String(repeating: "not (", count: 500) + "active pr" + String(repeating: ")", count: 500)
        #expect(throws: SCIMError.invalidFilter(.tooDeep)) { try SCIMFilterParser.filter(deeper, of: .user) }
        let wide = Array(repeating: "active pr", count: 100).joined(separator: " or ")
        #expect(throws: SCIMError.invalidFilter(.tooLong)) { try SCIMFilterParser.filter(wide, of: .user) }
    }

    /// Whatever comes, the answer is a filter or a refusal. Each text is a right one or none at all, with up to three words put in,
    /// taken away or put in another's place, so that both answers come up.
    @Test func nothingBreaksTheParser() {
        var numbers = SeededNumbers(seed: 2644)
        let words = [
            "userName", "emails", "[", "]", "(", ")", "eq", "pr", "and", "or", "not", "\"x\"", "\"", "\\", ".", ":",
            "true", "null", "urn:ietf:params:scim:schemas:core:2.0:User:",
            "urn:ietf:params:scim:schemas:extension:preau:2.0:User", " ", "é", "\u{0}", "profiles", "value", "type",
        ]
        let whole = [
            [], ["userName", "eq", "\"x\""], ["not", "(", "active", "pr", ")", "or", "name.familyName", "sw", "\"F\""],
            ["emails", "[", "type", "eq", "\"work\"", "and", "value", "pr", "]"],
        ]
        var read = 0
        var refused = 0
        for _ in 0..<5_000 {
            var text = whole.randomElement(using: &numbers) ?? []
            for _ in 0...Int.random(in: 0...3, using: &numbers) {
                let place = Int.random(in: 0...text.count, using: &numbers)
                let word = words.randomElement(using: &numbers) ?? ""
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: break
                case 1: text.insert(word, at: place)
                case 2 where place < text.count: text.remove(at: place)
                case 3 where place < text.count: text[place] = word
                default: text.append(word)
                }
            }
            let joined = text.joined(separator: Bool.random(using: &numbers) ? " " : "")
            if let filter = try? SCIMFilterParser.filter(joined, of: .user) {
                _ = filter.matches(SCIMFilterTests.person, of: .user)
                read += 1
            } else {
                refused += 1
            }
            _ = try? SCIMFilterParser.path(joined, of: .user)
        }
        #expect(read > 100 && refused > 100, "\(read) read, \(refused) refused")
    }

    @Test func pathsAreRead() throws {
        let addition = SCIMResourceType.user.addition
        #expect(
            try SCIMFilterParser.path("NAME.familyname", of: .user) == SCIMPath(attribute: "name", part: "familyName"))
        #expect(try SCIMFilterParser.path(addition, of: .user) == SCIMPath(isOfAddition: true, attribute: nil))
        let path = try SCIMFilterParser.path(addition + #":profiles[uai eq "x"].role"#, of: .user)
        #expect(
            path
                == SCIMPath(
                    isOfAddition: true, attribute: "profiles",
                    filter: .compare(SCIMPath(attribute: "uai"), .equal, .text("x")), part: "role"))
        for text in [
            "", "x", "name.x", "name.familyName.x", "emails[type eq \"w\"].x", "emails[type eq \"w\"]x", "urn:x:y",
        ] {
            #expect(throws: SCIMError.self, "\(text)") { try SCIMFilterParser.path(text, of: .user) }
        }
    }

    /// Only what an index knows is where a search of people may begin.
    @Test(arguments: [
        (#"userName eq "a""#, true), (#"active eq true"#, false), (#"active eq true and userName sw "a""#, true),
        (#"active eq true or userName sw "a""#, false), (#"userName eq "a" or externalId eq "b""#, true),
        (#"not (userName eq "a")"#, false), (#"userName co "a""#, false), (#"name.familyName sw "a""#, true),
        (#"urn:ietf:params:scim:schemas:extension:preau:2.0:User:profiles[uai eq "x" and role eq "pupil"]"#, true),
        (#"urn:ietf:params:scim:schemas:extension:preau:2.0:User:profiles[role eq "pupil"]"#, false),
        (#"userName sw """#, false),
    ])
    func searchesBeginAtAnIndex(_ text: String, _ isIndexed: Bool) throws {
        let anchors = try SCIMFilterParser.filter(text, of: .user).userAnchors { _ in nil }
        #expect((anchors != nil) == isIndexed)
    }
}
