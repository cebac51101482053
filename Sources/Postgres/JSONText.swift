/// The text of a `json` or `jsonb`, not looked into: the server checks it when it is written.
package struct JSONText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }
}

extension JSONText: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.inferred }
    package static var postgresArrayType: UInt32 { PostgresType.inferred }

    package func encode(into bytes: inout [UInt8]) -> Bool { text.encode(into: &bytes) }
}
