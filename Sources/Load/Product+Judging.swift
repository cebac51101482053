internal import Compression
internal import Foundation
internal import Runtime

extension Product {
    private static let longestPage = 8 << 20

    package enum Verdict: Equatable, Sendable {
        /// Its content, and the values that the step looks for in it, by name.
        case right(body: [UInt8], found: [String: String])
        /// In a word or two: what errors are counted by.
        case wrong(String)
    }

    /// Holds an answer against what a right one to this request is.
    /// - Parameter value: what is known of the person and of their visit, by name.
    package func judge(_ answer: Answer, _ step: Step, _ value: (String) -> String?) -> Verdict {
        var body = answer.body
        if answer.isGzip {
            guard let plain = try? Gzip.decompress(body, limit: Product.longestPage) else {
                return .wrong("damaged gzip")
            }
            body = plain
        }
        if let refusal = refusals.first(where: { body.hasText($0.text) }) { return .wrong(refusal.what) }
        guard answer.status == step.status else {
            guard (300..<400).contains(answer.status), let location = answer.location else {
                return .wrong("status \(answer.status)")
            }
            return .wrong(Product.sent(to: location))
        }
        if let expected = step.location, answer.location?.hasPrefix(expected) != true {
            return .wrong(answer.location.map(Product.sent) ?? "sent nowhere")
        }
        for expectation in step.expect
        where !body.hasText(Array(expectation.text.filled(expectation.writing, value).utf8)) {
            return .wrong("wrong \(expectation.what)")
        }
        var found: [String: String] = [:]
        for find in step.find {
            let text = find.place == .body ? body : Array((answer.location ?? "").utf8)
            guard let part = find.all(in: text, most: 1).first else { return .wrong("no \(find.name)") }
            found[find.name] = find.place == .location ? part.removingPercentEncoding ?? part : part
        }
        return .right(body: body, found: found)
    }

    /// The path alone: what follows it may be of one person.
    private static func sent(to location: String) -> String {
        let path = location.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return "sent to \(path.prefix(40))"
    }
}

extension Product.Find {
    /// What stands between the two texts, each time that it does.
    func all(in bytes: [UInt8], most: Int) -> [String] {
        var results: [String] = []
        var start = 0
        while results.count < most, let open = bytes.place(of: after, from: start) {
            let first = open + after.count
            guard let end = bytes.place(of: before, from: first) else { break }
            results.append(String(decoding: bytes[first..<end], as: UTF8.self))
            start = end
        }
        return results
    }
}

extension [UInt8] {
    func hasText(_ text: [UInt8]) -> Bool { place(of: text) != nil }
}
