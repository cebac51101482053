/// Where an attribute is: `name.familyName`, `urn:…:User:profiles`, `emails[type eq "work"].value` (RFC 7644 §3.5.2).
package struct SCIMPath: Sendable, Equatable {
    /// Of the addition's schema rather than the standard's.
    package let isOfAddition: Bool
    /// As it is written in the schema; nil for the whole addition.
    package let attribute: String?
    package let filter: SCIMFilter?
    package let part: String?

    package init(isOfAddition: Bool = false, attribute: String?, filter: SCIMFilter? = nil, part: String? = nil) {
        self.isOfAddition = isOfAddition
        self.attribute = attribute
        self.filter = filter
        self.part = part
    }
}
