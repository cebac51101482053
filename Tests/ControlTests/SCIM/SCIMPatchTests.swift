import Testing
import Web

@testable import Control

@Suite struct SCIMPatchTests {
    private static let addition = SCIMResourceType.user.addition
    private static let person: JSON = [
        "schemas": [.string(SCIMResourceType.user.core)], "id": "1", "userName": "ada.fictive",
        "name": ["familyName": "Fictive", "givenName": "Ada"], "active": true,
        "emails": [["value": "a@e.test", "type": "work", "primary": true], ["value": "b@e.test", "type": "home"]],
        "urn:ietf:params:scim:schemas:extension:preau:2.0:User": ["profiles": [["uai": "0770001A", "role": "pupil"]]],
    ]

    private func patched(_ operations: JSON..., to resource: JSON = person, of type: SCIMResourceType = .user) throws
        -> JSON
    {
        let message: JSON = ["schemas": [.string(SCIMMessage.patch)], "Operations": .array(operations)]
        return try SCIMPatch.apply(try SCIMMessage.operations(message, of: type), to: resource, of: type)
    }

    @Test func simpleAndComplexAttributes() throws {
        #expect(try patched(["op": "replace", "path": "userName", "value": "eva"])["userName"] == "eva")
        #expect(try patched(["op": "Replace", "path": "active", "value": "False"])["active"] == false)
        #expect(try patched(["op": "remove", "path": "active"])["active"] == nil)
        let name = try patched(["op": "replace", "path": "name", "value": ["givenName": "Eva"]])["name"]
        #expect(name == ["familyName": "Fictive", "givenName": "Eva"])
        #expect(try patched(["op": "remove", "path": "name.givenName"])["name"] == ["familyName": "Fictive"])
        let spread = try patched([
            "op": "replace",
            "value": [
                "userName": "eva", "name.givenName": "Eva", "unknown": 1, "id": "2",
                "urn:ietf:params:scim:schemas:extension:preau:2.0:User": [
                    "profiles": [["uai": "0770002B", "role": "staff"]]
                ],
            ],
        ])
        #expect(spread["userName"] == "eva")
        #expect(spread["id"] == "1")
        #expect(spread["name"]?["givenName"] == "Eva")
        #expect(spread[SCIMPatchTests.addition]?["profiles"]?[0]?["uai"] == "0770002B")
    }

    @Test func multiValuedAttributes() throws {
        let added = try patched(["op": "add", "path": "emails", "value": [["value": "c@e.test", "primary": true]]])[
            "emails"]
        #expect(added?.elements?.count == 3)
        #expect(added?[0]?["primary"] == false)
        #expect(added?[2]?["primary"] == true)
        let twice = try patched(["op": "add", "path": "emails", "value": [["value": "b@e.test", "type": "home"]]])
        #expect(twice["emails"]?.elements?.count == 2)
        let replaced = try patched([
            "op": "replace", "path": #"emails[type eq "work"].value"#, "value": "w@e.test",
        ])["emails"]
        #expect(replaced?[0]?["value"] == "w@e.test")
        #expect(replaced?[1]?["value"] == "b@e.test")
        let removed = try patched(["op": "remove", "path": #"emails[type eq "work" or value eq "z"]"#])["emails"]
        #expect(removed == [["value": "b@e.test", "type": "home"]])
        #expect(try patched(["op": "remove", "path": "emails"])["emails"] == nil)
        let all = try patched(["op": "replace", "path": "emails.type", "value": "home"])["emails"]
        #expect(all?.elements?.allSatisfy { $0["type"] == "home" } == true)
        let bare = try patched(
            ["op": "remove", "path": "emails"],
            [
                "op": "add", "path": #"emails[type eq "work"].value"#, "value": "n@e.test",
            ])["emails"]
        #expect(bare == [["type": "work", "value": "n@e.test"]])
    }

    @Test func membersAreOneByTheirValue() throws {
        let group: JSON = [
            "id": "1.x", "displayName": "6e A", "members": [["value": "p1", "$ref": "http://x/p1", "type": "User"]],
        ]
        let same = try patched(
            ["op": "add", "path": "members", "value": [["value": "p1"], ["value": "p2"]]], to: group, of: .group)
        #expect(same["members"]?.elements?.map { $0["value"] } == ["p1", "p2"])
        let gone = try patched(
            ["op": "remove", "path": "members", "value": [["value": "p1"]]], to: same, of: .group)
        #expect(gone["members"]?.elements?.map { $0["value"] } == ["p2"])
        let filtered = try patched(["op": "remove", "path": #"members[value eq "p2"]"#], to: same, of: .group)
        #expect(filtered["members"]?.elements?.map { $0["value"] } == ["p1"])
        #expect(throws: SCIMError.mutability("value")) {
            try patched(
                ["op": "replace", "path": #"members[value eq "p1"].value"#, "value": "p3"], to: group, of: .group)
        }
    }

    @Test func refusals() {
        let cases: [(JSON, SCIMError)] = [
            (["op": "remove"], .noTarget), (["op": "remove", "path": "userName"], .mutability("userName")),
            (["op": "replace", "path": "id", "value": "2"], .mutability("id")),
            (["op": "add", "path": "groups", "value": [["value": "x"]]], .mutability("groups")),
            (["op": "replace", "path": #"emails[type eq "other"].value"#, "value": "x"], .noTarget),
            (["op": "remove", "path": #"emails[type eq "other"]"#], .noTarget),
            (["op": "add", "path": "nickName", "value": "x"], .invalidPath),
            (["op": "replace", "path": "userName", "value": 12], .invalidValue("userName")),
            (
                ["op": "replace", "path": "userName", "value": .string(String(repeating: "x", count: 121))],
                .invalidValue("userName")
            ),
            (["op": "replace", "path": "active", "value": "maybe"], .invalidValue("active")),
            (["op": "move", "path": "userName", "value": "x"], .invalidSyntax),
            (["op": "add", "path": "userName"], .invalidValue("value")),
            (["op": "add", "path": "emails", "value": [["type": "work"]]], .invalidValue("emails.value")),
            (["op": "remove", "path": .string(SCIMPatchTests.addition)], .mutability("profiles")),
            (["op": "replace", "path": "emails[", "value": "x"], .invalidFilter(.unknownAttribute)),
        ]
        for (operation, error) in cases {
            #expect(throws: error, "\(operation.serialized)") { try patched(operation) }
        }
        #expect(throws: SCIMError.invalidSyntax) { try patched() }
        let many = Array(repeating: ["op": "remove", "path": "active"] as JSON, count: 101)
        #expect(throws: SCIMError.invalidSyntax) {
            try SCIMMessage.operations(["Operations": .array(many)], of: .user)
        }
    }

    @Test func replacementKeepsWhatIsTheServers() throws {
        let body: JSON = [
            "schemas": [], "id": "9", "userName": "eva", "name": ["familyName": "Autre"], "displayName": "x",
            "urn:ietf:params:scim:schemas:extension:preau:2.0:User": [
                "profiles": [["uai": "0770001A", "role": "staff"]]
            ],
        ]
        let result = try SCIMReplacement.resource(body, replacing: SCIMPatchTests.person, of: .user)
        #expect(result["id"] == "1")
        #expect(result["emails"] == nil)
        // An account that is locked stays so unless somebody says otherwise.
        #expect(result["active"] == true)
        #expect(throws: SCIMError.invalidValue("name")) {
            try SCIMReplacement.resource(["userName": "eva"], replacing: nil, of: .user)
        }
        let group: JSON = [
            "displayName": "x",
            "urn:ietf:params:scim:schemas:extension:preau:2.0:Group": ["uai": "0770001A", "kind": "class"],
        ]
        let other: JSON = [
            "displayName": "x",
            "urn:ietf:params:scim:schemas:extension:preau:2.0:Group": ["uai": "0770002B", "kind": "class"],
        ]
        #expect(throws: SCIMError.mutability("uai")) {
            try SCIMReplacement.resource(other, replacing: group, of: .group)
        }
    }

    @Test func projections() throws {
        func shown(_ attributes: [String], _ excluded: [String] = []) throws -> [String] {
            let projection = try SCIMProjection(attributes: attributes, excluded: excluded, of: .user)
            return projection.apply(SCIMPatchTests.person).members?.map(\.name) ?? []
        }
        #expect(try shown(["USERNAME"]) == ["schemas", "id", "userName"])
        #expect(
            try shown([], ["emails", "id", "name"]) == ["schemas", "id", "userName", "active", SCIMPatchTests.addition])
        let parts = try SCIMProjection(attributes: ["emails.value"], excluded: [], of: .user)
        #expect(parts.apply(SCIMPatchTests.person)["emails"]?[0] == ["value": "a@e.test"])
        #expect(throws: SCIMError.invalidValue("attributes")) { try shown(["id"], ["id"]) }
    }
}
