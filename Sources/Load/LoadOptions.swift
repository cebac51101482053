internal import Foundation
internal import Runtime
internal import YAML

/// What a run is asked for on its command line.
struct LoadOptions {
    enum Amount {
        /// So many people in a visit at once.
        case users(Double)
        /// So many visits a second.
        case rate(Double)
        /// So many visits a day, of which a part of the day is played.
        case day(visits: Double, from: Double, to: Double)
    }

    let front: IPv4Endpoint
    let adapter: String
    let mixFile: String
    let people: String
    let sessions: String?
    let amount: Amount
    /// The hour of the day whose roles come.
    let hour: Int
    let speed: Double
    /// Seconds.
    let ramp: Double
    let length: Double
    let processes: Int
    let seed: UInt64
    let password: String
    let date: CivilDate

    /// What all visits know: the password, the date, and the first and last day of its week.
    var constants: [String: String] {
        [
            "password": password, "date": date.description, "monday": date.monday.description,
            "sunday": (date.monday + 6).description,
        ]
    }

    static let usage = """
        --front http://ADDRESS:PORT --adapter FILE --mix FILE --people FILE
              [--sessions FILE] [--processes N] [--password P] [--date YYYY-MM-DD] [--seed N]
        """

    /// - Parameter isRun: whether visits are asked for, not sessions only.
    init(_ arguments: inout Arguments, isRun: Bool) throws {
        func number(_ name: String, _ range: ClosedRange<Double>) throws -> Double? {
            guard let text = try arguments.option(name) else { return nil }
            guard let value = Double(text), range.contains(value) else {
                throw UsageError("\(name): expected a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        let origin = try arguments.required("--front")
        guard let front = IPv4Endpoint(origin: origin) else {
            throw UsageError("--front: expected http://ADDRESS:PORT with an IPv4 address")
        }
        self.front = front
        adapter = try arguments.required("--adapter")
        mixFile = try arguments.required("--mix")
        people = try arguments.required("--people")
        sessions = try arguments.option("--sessions")
        processes = Int(try number("--processes", 1...64) ?? 1)
        seed = UInt64(try number("--seed", 0...1e15) ?? 1)
        password = try arguments.option("--password") ?? ""
        let text =
            try arguments.option("--date")
            ?? ISO8601DateFormatter.string(
                from: Date(), timeZone: .gmt, formatOptions: .withFullDate)
        guard let date = CivilDate(text) else { throw UsageError("--date: expected YYYY-MM-DD, found “\(text)”") }
        self.date = date
        speed = try number("--speed", 0.01...1000) ?? 1
        hour = Int(try number("--hour", 0...23) ?? 8)
        ramp = try number("--ramp", 0...36_000) ?? 0
        let seconds = try number("--seconds", 1...100_000)
        let users = try number("--users", 1...10_000_000)
        let rate = try number("--rate", 0.001...1e6)
        let day = try number("--day", 1...1e9)
        let (from, to) = (try number("--from", 0...24) ?? 0, try number("--to", 0...24) ?? 24)
        switch (users, rate, day) {
        case (let users?, nil, nil): amount = .users(users)
        case (nil, let rate?, nil): amount = .rate(rate)
        case (nil, nil, let day?) where from < to: amount = .day(visits: day, from: from, to: to)
        case (nil, nil, nil) where !isRun: amount = .rate(1)
        default: throw UsageError("one of --users, --rate, --day (with --from and --to) is needed")
        }
        length =
            if case .day(_, let from, let to) = amount { (to - from) * 3600 / speed } else { ramp + (seconds ?? 60) }
    }

    /// When visits of a role begin, all processes together.
    func curve(of role: Int, in mix: Mix) -> [Arrivals.Point] {
        let share = mix.shares(at: hour)[role]
        switch amount {
        case .users(let users):
            // Each role's part of those present is its part of the visits times their length.
            let weights = zip(mix.shares(at: hour), mix.roles).map { $0 * $1.visitSeconds }
            let part = weights[role] / max(weights.reduce(0, +), .leastNonzeroMagnitude)
            return Arrivals.holding(
                users: users * part, visit: mix.roles[role].visitSeconds / speed, ramp: ramp, end: length)
        case .rate(let rate):
            return [
                Arrivals.Point(time: 0, rate: ramp > 0 ? 0 : rate * share),
                Arrivals.Point(time: ramp, rate: rate * share),
                Arrivals.Point(time: length, rate: rate * share),
            ]
        case .day(let visits, let from, let to):
            let scale = visits / max(mix.visits, .leastNonzeroMagnitude)
            return Arrivals.day(mix.roles[role].hours.map { $0 * scale }, from: from, to: to, speed: speed)
        }
    }

    // MARK: Files

    func readProduct() throws(LoadError) -> Product { try LoadOptions.decode(adapter, Product.shape) }

    func readMix() throws(LoadError) -> Mix {
        let (mix, product) = (try LoadOptions.decode(mixFile, Mix.shape), try readProduct())
        let named = mix.roles.flatMap { role in
            [role.first] + role.pages.map(\.element)
        }.filter { product.pages[$0] == nil }
        let ways = mix.roles.flatMap { $0.entry.map(\.element) }.filter { $0 != "warm" && product.ways[$0] == nil }
        if let missing = (named + ways).first {
            throw .content("\(mixFile): “\(missing)” is neither a page nor a way to sign in of \(adapter)")
        }
        return mix
    }

    /// - Throws: also when the adapter asks for what nothing fills: an expectation would then fit whatever came.
    func readPeople(part: Int) throws(LoadError) -> [Person] {
        let people = try People.read(try LoadOptions.bytes(people), file: people, part: part, of: processes)
        let known = Set(people.first.map { Array($0.fields.keys) } ?? []).union(constants.keys)
        if !people.isEmpty, let missing = try readProduct().placesWithoutValue(known).first {
            throw .content("\(adapter): {\(missing)} is no column of \(self.people), and nothing else fills it")
        }
        return people
    }

    private static func bytes(_ file: String) throws(LoadError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw .file(file, reason: "cannot be read")
        }
        return [UInt8](data)
    }

    private static func decode<Value>(_ file: String, _ shape: YAMLShape<Value>) throws(LoadError) -> Value {
        let bytes = try bytes(file)
        do throws(YAMLError) {
            return try YAMLDocument(parsing: bytes, file: file).decode(shape)
        } catch {
            throw .content(error.description)
        }
    }
}
