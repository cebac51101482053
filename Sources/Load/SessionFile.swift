internal import Foundation

/// Cookies of people who signed in, kept between runs: what a browser has that was not closed. As secret as passwords, so only
/// its owner reads the file. A line each: login, a tab, the cookies as a browser sends them.
enum SessionFile {
    private static let largest = 1 << 30

    static func part(_ file: String, _ number: Int) -> String { "\(file).part-\(number)" }

    /// Gives these people their cookies; a file that is not there yet is an empty one.
    static func read(_ file: String, into people: [Person]) throws(LoadError) {
        guard FileManager.default.fileExists(atPath: file) else { return }
        guard let data = FileManager.default.contents(atPath: file), data.count <= largest else {
            throw .file(file, reason: "cannot be read, or is too large")
        }
        let byLogin = Dictionary(people.map { ($0.login, $0) }, uniquingKeysWith: { first, _ in first })
        for line in [UInt8](data).split(separator: UInt8(ascii: "\n")) {
            guard let tab = line.firstIndex(of: UInt8(ascii: "\t")), line.count <= 20_000,
                let person = byLogin[String(decoding: line[..<tab], as: UTF8.self)]
            else { continue }
            let text = String(decoding: line[(tab + 1)...], as: UTF8.self)
            person.cookies = text.components(separatedBy: "; ").compactMap { pair in
                let halves = pair.split(separator: "=", maxSplits: 1)
                return halves.count == 2 ? (String(halves[0]), String(halves[1])) : nil
            }
        }
    }

    static func write(_ people: [Person], to file: String) throws(LoadError) {
        var text = ""
        for person in people where !person.cookies.isEmpty {
            text += person.login + "\t" + person.cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; ") + "\n"
        }
        try replace(file, Data(text.utf8))
    }

    /// Makes one file of the processes' parts.
    static func join(_ file: String, parts: Int) throws(LoadError) {
        var all = Data()
        for number in 0..<parts {
            guard let data = FileManager.default.contents(atPath: part(file, number)) else {
                throw .file(part(file, number), reason: "cannot be read")
            }
            all += data
        }
        try replace(file, all)
        for number in 0..<parts { try? FileManager.default.removeItem(atPath: part(file, number)) }
    }

    private static func replace(_ file: String, _ data: Data) throws(LoadError) {
        let new = file + ".new"
        guard
            FileManager.default.createFile(atPath: new, contents: data, attributes: [.posixPermissions: 0o600]),
            rename(new, file) == 0
        else { throw .file(file, reason: "cannot be written") }
    }
}
