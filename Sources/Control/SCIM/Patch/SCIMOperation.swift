package import Web

/// One operation of a PATCH (RFC 7644 §3.5.2).
package struct SCIMOperation: Sendable {
    package enum Kind: String, Sendable {
        case add
        case replace
        case remove
    }

    package let kind: Kind
    package let path: SCIMPath?
    package let value: JSON

    package init(kind: Kind, path: SCIMPath?, value: JSON) {
        self.kind = kind
        self.path = path
        self.value = value
    }
}
