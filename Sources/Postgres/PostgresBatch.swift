/// Statements that go to the server together, run in order as one transaction and come back together: one trip, and
/// either all of them or none. A plain value that can be sent again.
package struct PostgresBatch: Sendable {
    struct Item: Sendable {
        let statement: PostgresStatement
        let parameters: Range<Int>
    }

    struct Parameter: Sendable {
        let offset: Int32
        /// Negative for NULL.
        let length: Int32
        let type: UInt32
    }

    private(set) var items: [Item] = []
    private(set) var parameters: [Parameter] = []
    private(set) var bytes: [UInt8] = []
    /// The first mistake made while it was put together, thrown when it runs.
    private(set) var defect: PostgresError?

    /// Whether running it twice does no harm: reads, and writes made so. Such a batch is sent again when its
    /// connection is lost.
    package var isRepeatable = false

    package init() {}

    /// A batch of one statement.
    package init<each Value: PostgresBindable>(_ statement: PostgresStatement, _ values: repeat each Value) {
        self.init()
        add(statement, repeat each values)
    }

    package var count: Int { items.count }
    package var isEmpty: Bool { items.isEmpty }

    /// Adds a statement; its result is at the same place in what `run` gives back.
    package mutating func add<each Value: PostgresBindable>(_ statement: PostgresStatement, _ values: repeat each Value)
    {
        if items.isEmpty { reserve() }
        let first = parameters.count
        repeat append(each values, number: parameters.count - first + 1)
        append(statement, first)
    }

    // The same for the numbers of values that every page has: a pack of values is taken apart at run time, which costs as much
    // as the rest of the statement.

    package mutating func add<A: PostgresBindable, B: PostgresBindable>(_ statement: PostgresStatement, _ a: A, _ b: B)
    {
        if items.isEmpty { reserve() }
        let first = parameters.count
        append(a, number: 1)
        append(b, number: 2)
        append(statement, first)
    }

    package mutating func add<A: PostgresBindable, B: PostgresBindable, C: PostgresBindable>(
        _ statement: PostgresStatement, _ a: A, _ b: B, _ c: C
    ) {
        if items.isEmpty { reserve() }
        let first = parameters.count
        append(a, number: 1)
        append(b, number: 2)
        append(c, number: 3)
        append(statement, first)
    }

    package mutating func add<
        A: PostgresBindable, B: PostgresBindable, C: PostgresBindable, D: PostgresBindable, E: PostgresBindable
    >(_ statement: PostgresStatement, _ a: A, _ b: B, _ c: C, _ d: D, _ e: E) {
        if items.isEmpty { reserve() }
        let first = parameters.count
        append(a, number: 1)
        append(b, number: 2)
        append(c, number: 3)
        append(d, number: 4)
        append(e, number: 5)
        append(statement, first)
    }

    /// Adds a statement whose number of values is only known at run time.
    package mutating func add(_ statement: PostgresStatement, values: [any PostgresBindable]) {
        let first = parameters.count
        for (index, value) in values.enumerated() { append(value, number: index + 1) }
        append(statement, first)
    }

    /// The same batch with one more statement before all others; its result comes first.
    func preceded(by statement: PostgresStatement) -> PostgresBatch {
        var batch = self
        batch.add(statement)
        batch.items.insert(batch.items.removeLast(), at: 0)
        return batch
    }

    package func preceded<A: PostgresBindable, B: PostgresBindable>(
        by statement: PostgresStatement, _ a: A, _ b: B
    ) -> PostgresBatch {
        var batch = self
        batch.add(statement, a, b)
        batch.items.insert(batch.items.removeLast(), at: 0)
        return batch
    }

    /// Room for what a usual batch takes, once, instead of growing there step by step.
    private mutating func reserve() {
        items.reserveCapacity(4)
        parameters.reserveCapacity(12)
        bytes.reserveCapacity(160)
    }

    private mutating func append(_ statement: PostgresStatement, _ first: Int) {
        if parameters.count - first > Int(UInt16.max), defect == nil {
            defect = .misuse("more than 65535 parameters")
        }
        items.append(Item(statement: statement, parameters: first..<parameters.count))
    }

    private mutating func append<Value: PostgresBindable>(_ value: Value, number: Int) {
        let type = Value.postgresType
        guard !value.isNull else {
            parameters.append(Parameter(offset: 0, length: -1, type: type))
            return
        }
        let offset = bytes.count
        let isValid = value.encode(into: &bytes)
        // libpq counts in Int32, and PostgreSQL holds no value longer than 1 GB.
        if !isValid || bytes.count > 1 << 30 { refuse(number) }
        parameters.append(
            Parameter(
                offset: Int32(truncatingIfNeeded: offset), length: Int32(truncatingIfNeeded: bytes.count - offset),
                type: type))
        // libpq takes text up to its NUL.
        if type == PostgresType.inferred { bytes.append(0) }
    }

    private mutating func refuse(_ parameter: Int) {
        if defect == nil { defect = .invalidValue(parameter: parameter) }
    }
}
