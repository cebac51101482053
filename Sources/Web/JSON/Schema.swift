/// The shape of a JSON value: written out in the OpenAPI document (JSON Schema 2020-12), and what a body is checked against
/// before a handler sees it. One declaration, so that what is documented is what is accepted.
package struct Schema: Sendable {
    package indirect enum Kind: Sendable {
        case any
        case null
        case boolean
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case text(lengths: ClosedRange<Int>, format: Format)
        case enumeration([String])
        case array(Schema, counts: ClosedRange<Int>)
        case object([Property], open: Bool)
        case map(Schema)
        case nullable(Schema)
        case oneOf([Schema])
        case named(String, @Sendable () -> Schema)
    }

    /// What a text must look like. A closed list, checked by hand-written code: no regular expression meets the network.
    package enum Format: String, Sendable {
        case plain
        case uuid
        case date
        case dateTime = "date-time"
        case timeOfDay = "time-of-day"
        case uri
        case email
        case uai
        case languageTag = "language"
        case slug
        case byte
    }

    package struct Property: Sendable {
        package let name: String
        package let schema: Schema
        package let isRequired: Bool

        /// A member that must be there.
        package static func required(_ name: String, _ schema: Schema, _ description: String? = nil) -> Property {
            Property(name: name, schema: schema.described(description), isRequired: true)
        }

        /// A member that may be absent.
        package static func optional(_ name: String, _ schema: Schema, _ description: String? = nil) -> Property {
            Property(name: name, schema: schema.described(description), isRequired: false)
        }
    }

    package var kind: Kind
    package var description: String?
    private var declaredExample: JSON?

    package init(_ kind: Kind) { self.kind = kind }

    // MARK: Declaring

    package static let any = Schema(.any)
    package static let null = Schema(.null)
    package static let boolean = Schema(.boolean)
    package static let uuid = Schema(.text(lengths: 36...36, format: .uuid))
    package static let date = Schema(.text(lengths: 10...10, format: .date))
    package static let dateTime = Schema(.text(lengths: 20...35, format: .dateTime))
    /// `08:05`.
    package static let timeOfDay = Schema(.text(lengths: 5...5, format: .timeOfDay))
    package static let uai = Schema(.text(lengths: 8...8, format: .uai))

    package static func integer(_ range: ClosedRange<Int> = Int.min...Int.max) -> Schema { Schema(.integer(range)) }

    package static func number(
        _ range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) -> Schema {
        Schema(.number(range))
    }

    /// Lengths in Unicode scalars, as JSON Schema counts.
    package static func text(_ lengths: ClosedRange<Int> = 0...10_000, format: Format = .plain) -> Schema {
        Schema(.text(lengths: lengths, format: format))
    }

    package static func enumeration(_ values: [String]) -> Schema { Schema(.enumeration(values)) }

    package static func enumeration<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> Schema
    where Value.RawValue == String {
        .enumeration(type.allCases.map(\.rawValue))
    }

    package static func array(of element: Schema, _ counts: ClosedRange<Int> = 0...10_000) -> Schema {
        Schema(.array(element, counts: counts))
    }

    /// Other members than these are refused in a body.
    package static func object(_ properties: [Property]) -> Schema { Schema(.object(properties, open: false)) }

    package static func openObject(_ properties: [Property]) -> Schema { Schema(.object(properties, open: true)) }
    package static func map(of value: Schema) -> Schema { Schema(.map(value)) }

    package static func nullable(_ schema: Schema) -> Schema {
        if case .nullable = schema.kind { schema } else { Schema(.nullable(schema)) }
    }

    package static func oneOf(_ schemas: [Schema]) -> Schema { Schema(.oneOf(schemas)) }

    /// A schema with a name of its own in the OpenAPI document (`#/components/schemas/NAME`), written there once. It may
    /// refer to itself.
    package static func named(_ name: String, _ schema: @escaping @autoclosure @Sendable () -> Schema) -> Schema {
        Schema(.named(name, schema))
    }

    package func described(_ text: String?) -> Schema {
        guard let text else { return self }
        var schema = self
        schema.description = text
        return schema
    }

    /// A value of this shape that a reader of the documentation learns something from.
    package func example(_ value: JSON) -> Schema {
        var schema = self
        schema.declaredExample = value
        return schema
    }

    var ownExample: JSON? { declaredExample }
}
