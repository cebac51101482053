package import Runtime

/// A value that writes itself as JSON and says in a schema what it writes.
package protocol JSONRepresentable {
    func write(to writer: inout JSONWriter)

    /// For the OpenAPI document; also what a body of this type is checked against.
    static var schema: Schema { get }
}

extension String: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(self) }
    package static var schema: Schema { .text() }
}

extension Int: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(self) }
    package static var schema: Schema { .integer() }
}

extension Int64: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(Int(self)) }
    package static var schema: Schema { .integer() }
}

extension Int32: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(Int(self)) }
    package static var schema: Schema { .integer() }
}

extension Int16: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(Int(self)) }
    package static var schema: Schema { .integer() }
}

extension Double: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(self) }
    package static var schema: Schema { .number() }
}

extension Bool: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(self) }
    package static var schema: Schema { .boolean }
}

extension UUID: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(description) }
    package static var schema: Schema { .uuid }
}

extension CivilDate: JSONRepresentable {
    package func write(to writer: inout JSONWriter) { writer.write(description) }
    package static var schema: Schema { .date }
}

extension Optional: JSONRepresentable where Wrapped: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        if let self { self.write(to: &writer) } else { writer.null() }
    }

    package static var schema: Schema { .nullable(Wrapped.schema) }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.array(self) { $1.write(to: &$0) }
    }

    package static var schema: Schema { .array(of: Element.schema) }
}
