package import Web

/// What the service says of itself (RFC 7644 §4).
package enum SCIMDiscovery {
    package static func configuration(base: String) -> JSON {
        let no: JSON = ["supported": false]
        return [
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": ["supported": true],
            "bulk": ["supported": false, "maxOperations": 0, "maxPayloadSize": 0],
            "filter": ["supported": true, "maxResults": .integer(SCIMQuery.largestPage)],
            "changePassword": no, "sort": ["supported": true], "etag": ["supported": true],
            "authenticationSchemes": [
                [
                    "type": "oauthbearertoken", "name": "Token",
                    "description": "A program's token of the admin service, made with “preau token create”.",
                    "specUri": "https://www.rfc-editor.org/rfc/rfc6750", "primary": true,
                ]
            ],
            "meta": ["resourceType": "ServiceProviderConfig", "location": .string(base + "/ServiceProviderConfig")],
        ]
    }

    package static func resourceType(_ type: SCIMResourceType, base: String) -> JSON {
        [
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": .string(type.rawValue),
            "name": .string(type.rawValue), "endpoint": .string(type.endpoint),
            "description": type == .user ? "People with an account." : "Classes and teaching groups of this year.",
            "schema": .string(type.core),
            "schemaExtensions": [["schema": .string(type.addition), "required": true]],
            "meta": [
                "resourceType": "ResourceType", "location": .string(base + "/ResourceTypes/" + type.rawValue),
            ],
        ]
    }

    /// - Parameter establishments: some UAIs of the caller's scope, as examples.
    package static func schemas(base: String, establishments: [String]) -> [JSON] {
        SCIMResourceType.allCases.flatMap { type in
            [
                schema(type.core, type.rawValue, type.coreAttributes, base),
                schema(
                    type.addition, type.rawValue + "AtSchool", type.addedAttributes.map { suggest(establishments, $0) },
                    base),
            ]
        }
    }

    private static func suggest(_ establishments: [String], _ attribute: SCIMAttribute) -> SCIMAttribute {
        attribute.with { attribute in
            if attribute.name == "uai" { attribute.canonicalValues = establishments }
            attribute.parts = attribute.parts.map { suggest(establishments, $0) }
        }
    }

    private static func schema(_ id: String, _ name: String, _ attributes: [SCIMAttribute], _ base: String) -> JSON {
        [
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": .string(id), "name": .string(name),
            "description": .string(name), "attributes": .array(attributes.map(\.json)),
            "meta": ["resourceType": "Schema", "location": .string(base + "/Schemas/" + id)],
        ]
    }
}
