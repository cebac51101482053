/// Somebody who may visit, and what their browser keeps between visits. Confined to the loop of their process.
package final class Person: @unchecked Sendable {
    // Safety: confined to the loop of their process.
    /// What is known of them, by the name of its column: `login`, `name`, `role`, `host`, `uai` …
    package let fields: [String: String]
    package let role: String
    let host: String
    /// Where they are: an address of the loopback network of their own, so that what is counted by address is counted as in life.
    let address: UInt32
    var cookies: [(name: String, value: String)] = []

    init(_ fields: [String: String], number: Int) {
        self.fields = fields
        role = fields["role"] ?? ""
        host = fields["host"] ?? ""
        // 127.16.0.0 and above; 15 million of them.
        address = 0x7f10_0000 + UInt32(truncatingIfNeeded: number) % 0x00e0_0000
    }

    package var login: String { fields["login"] ?? "" }

    func keep(_ cookie: Answer.Cookie) {
        let place = cookies.firstIndex { $0.name == cookie.name }
        switch (place, cookie.value) {
        case (let place?, let value?): cookies[place].value = value
        case (nil, let value?): if cookies.count < 20 { cookies.append((cookie.name, value)) }
        case (let place?, nil): cookies.remove(at: place)
        case (nil, nil): break
        }
    }

    func cookie(_ name: String) -> String? { cookies.first { $0.name == name }?.value }
}

/// The people of a run: a table with tabs, a line each, the names of its columns first.
package enum People {
    private static let most = 5_000_000
    private static let longestLine = 4000

    /// - Parameter part: every `of`-th line from the `part`-th on.
    /// - Throws: `LoadError.content` naming the line.
    package static func read(
        _ bytes: [UInt8], file: String, part: Int = 0, of parts: Int = 1
    ) throws(LoadError) -> [Person] {
        var names: [String] = []
        var people: [Person] = []
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard line.count <= longestLine, number <= most else {
                throw .content("\(file):\(number + 1): the line is too long, or there are too many")
            }
            guard number == 0 || (number - 1) % parts == part else { continue }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw .content("\(file):\(number + 1): not UTF-8")
            }
            let values = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if number == 0 {
                names = values
                guard Set(["login", "role", "host"]).isSubset(of: names) else {
                    throw .content("\(file):1: expected the names of the columns, login, role and host among them")
                }
                continue
            }
            guard values.count == names.count else {
                throw .content("\(file):\(number + 1): \(values.count) columns instead of \(names.count)")
            }
            people.append(
                Person(
                    Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first }), number: number - 1))
        }
        return people
    }
}
