/// The kinds of resources there are, with all that is known of their attributes.
package enum SCIMResourceType: String, Sendable, CaseIterable {
    case user = "User"
    case group = "Group"

    package var endpoint: String { self == .user ? "/Users" : "/Groups" }

    /// The schema of the standard.
    package var core: String { "urn:ietf:params:scim:schemas:core:2.0:" + rawValue }
    /// What schools have besides.
    package var addition: String { "urn:ietf:params:scim:schemas:extension:preau:2.0:" + rawValue }

    package var coreAttributes: [SCIMAttribute] {
        self == .user ? SCIMResourceType.userAttributes : SCIMResourceType.groupAttributes
    }
    package var addedAttributes: [SCIMAttribute] {
        self == .user ? SCIMResourceType.schoolPerson : SCIMResourceType.schoolGroup
    }

    /// What every resource has (RFC 7643 §3.1); not part of a schema's list.
    static let common: [SCIMAttribute] = [
        SCIMAttribute("id", .string, "The server's number.").with {
            $0.mutability = .readOnly
            $0.returned = .always
            $0.isCaseExact = true
        },
        SCIMAttribute("externalId", .string, "The client's number.").with {
            $0.isCaseExact = true
            $0.longest = 200
        },
        SCIMAttribute("schemas", .reference, "The schemas.").with {
            $0.mutability = .readOnly
            $0.returned = .always
            $0.isMultiValued = true
        },
        SCIMAttribute(
            "meta", .complex, "About the resource.",
            parts: [
                SCIMAttribute("resourceType", .string, "Its kind."), SCIMAttribute("created", .dateTime, "Since when."),
                SCIMAttribute("lastModified", .dateTime, "Last change."),
                SCIMAttribute("location", .reference, "Its address."),
                SCIMAttribute("version", .string, "Its version."),
            ]
        ).with { $0.mutability = .readOnly },
    ]

    /// The attribute that a name stands for; of the addition only when it is asked for.
    func attribute(_ name: String, ofAddition: Bool) -> SCIMAttribute? {
        if ofAddition { return SCIMAttribute.find(name, in: addedAttributes) }
        return SCIMAttribute.find(name, in: coreAttributes) ?? SCIMAttribute.find(name, in: SCIMResourceType.common)
    }

    // MARK: User

    private static let userAttributes: [SCIMAttribute] = [
        SCIMAttribute("userName", .string, "The login; unique on the whole platform.").with {
            $0.isRequired = true
            $0.isUnique = true
            $0.longest = 120
        },
        SCIMAttribute(
            "name", .complex, "The person's name.",
            parts: [
                SCIMAttribute("familyName", .string, "Family name.").with { $0.isRequired = true },
                SCIMAttribute("givenName", .string, "Given name."),
            ]
        ).with { $0.isRequired = true },
        SCIMAttribute("displayName", .string, "Given name and family name.").with { $0.mutability = .readOnly },
        SCIMAttribute("active", .boolean, "False: nobody signs in with it. True when absent.").with {
            $0.staysWhenAbsent = true
        },
        SCIMAttribute(
            "emails", .complex, "Addresses, kept where the person's school keeps them.",
            parts: [
                SCIMAttribute("value", .string, "The address.").with {
                    $0.longest = 254
                    $0.isRequired = true
                },
                SCIMAttribute("type", .string, "Where it is used.").with { $0.canonicalValues = ["work", "home"] },
                SCIMAttribute("primary", .boolean, "The one that is written to."),
            ]
        ).with { $0.isMultiValued = true },
        SCIMAttribute(
            "groups", .complex, "Classes and groups; changed through /Groups.",
            parts: [
                readOnly("value", .string, "The group's number."),
                readOnly("$ref", .reference, "The group's address.").with { $0.referenceTypes = ["Group"] },
                readOnly("display", .string, "The group's name."),
            ]
        ).with {
            $0.isMultiValued = true
            $0.mutability = .readOnly
        },
    ]

    private static let schoolPerson: [SCIMAttribute] = [
        SCIMAttribute(
            "profiles", .complex, "What the person is, and where: one entry a role and an establishment.",
            parts: [
                SCIMAttribute("uai", .string, "The establishment's UAI.").with { $0.isRequired = true },
                SCIMAttribute("role", .string, "The role there. Guardians come from feeds, with their legal level.")
                    .with {
                        $0.isRequired = true
                        $0.canonicalValues = SCIMResourceType.writableRoles
                    },
            ]
        ).with {
            $0.isMultiValued = true
            $0.isRequired = true
        },
        SCIMAttribute("classes", .string, "The names of the classes of a pupil or a teacher.").with {
            $0.isMultiValued = true
            $0.mutability = .readOnly
        },
    ]

    package static let writableRoles = ["pupil", "teacher", "school_life", "head", "staff"]

    // MARK: Group

    private static let groupAttributes: [SCIMAttribute] = [
        SCIMAttribute(
            "displayName", .string, "What people call it; unique for its kind in an establishment and a year."
        )
        .with { $0.isRequired = true },
        SCIMAttribute(
            "members", .complex, "Pupils and those who teach them.",
            parts: [
                immutable("value", .string, "The user's number.").with { $0.isCaseExact = true },
                immutable("$ref", .reference, "The user's address.").with { $0.referenceTypes = ["User"] },
                immutable("type", .string, "Always User.").with { $0.canonicalValues = ["User"] },
            ]
        ).with { $0.isMultiValued = true },
    ]

    private static let schoolGroup: [SCIMAttribute] = [
        SCIMAttribute("uai", .string, "The establishment's UAI.").with {
            $0.isRequired = true
            $0.mutability = .immutable
        },
        SCIMAttribute("kind", .string, "A class, or a group drawn from classes.").with {
            $0.isRequired = true
            $0.canonicalValues = ["class", "group"]
        },
        SCIMAttribute("level", .string, "6e, 2de …").with { $0.longest = 40 },
    ]

    private static func readOnly(
        _ name: String, _ kind: SCIMAttribute.Kind, _ description: String
    ) -> SCIMAttribute {
        SCIMAttribute(name, kind, description).with { $0.mutability = .readOnly }
    }

    private static func immutable(
        _ name: String, _ kind: SCIMAttribute.Kind, _ description: String
    ) -> SCIMAttribute {
        SCIMAttribute(name, kind, description).with {
            $0.mutability = .immutable
            $0.longest = 300
        }
    }
}
