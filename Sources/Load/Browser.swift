internal import Compression
internal import Cryptography
internal import Foundation
internal import Glibc
internal import Runtime

/// One person's browser during one visit: a connection, the cookies, what the answers said.
final class Browser: @unchecked Sendable {
    // Safety: confined to its loop.
    enum Outcome {
        case right(body: [UInt8], size: Int)
        /// In a word or two: what errors are counted by.
        case wrong(String)
    }

    private static let longestPage = 8 << 20

    private let person: Person
    private let product: Product
    private let constants: [String: String]
    private let acceptsGzip: Bool
    private let hostField: String
    private let connection: ClientConnection
    private var found: [String: String] = [:]

    /// - Parameter constants: values that all people share, such as the password of the demonstration.
    init(
        _ person: Person, _ product: Product, _ parts: ClientConnection.Parts, constants: [String: String],
        acceptsGzip: Bool
    ) {
        self.person = person
        self.product = product
        self.constants = constants
        self.acceptsGzip = acceptsGzip
        hostField = parts.address.port == 80 ? person.host : "\(person.host):\(parts.address.port)"
        connection = ClientConnection(parts, source: person.address)
    }

    func close() { connection.close() }

    /// Sends one request and holds its answer against what it should be.
    func ask(_ step: Product.Step, within limit: Duration) async -> Outcome {
        for (name, template) in step.make {
            found[name] = Base64URL.encode(Array(template.filled(.plain, value).utf8))
        }
        let answer: Answer
        do throws(ClientConnection.Failure) {
            answer = try await connection.exchange(request(step), within: limit)
        } catch {
            return Browser.wrong(error)
        }
        for cookie in answer.cookies { person.keep(cookie) }
        return judge(answer, step)
    }

    /// A file that a page needs: its path as the page has it.
    func fetch(_ path: String, within limit: Duration) async -> Outcome {
        do throws(ClientConnection.Failure) {
            let answer = try await connection.exchange(head("GET", path, accept: "*/*") + [13, 10], within: limit)
            guard answer.status == 200 else { return .wrong("status \(answer.status)") }
            return .right(body: [], size: answer.size)
        } catch {
            return Browser.wrong(error)
        }
    }

    private func value(_ name: String) -> String? { found[name] ?? person.fields[name] ?? constants[name] }

    // MARK: Request

    private func request(_ step: Product.Step) -> [UInt8] {
        var bytes = head(
            step.method, step.path.filled(.address, value), accept: "text/html,application/xhtml+xml,*/*;q=0.8")
        for (name, template) in step.headers { bytes += "\(name): \(template.filled(.plain, value))\r\n".utf8 }
        guard let body = step.body else { return bytes + [13, 10] }
        let (type, content) =
            switch body {
            case .form(let fields):
                (
                    "application/x-www-form-urlencoded",
                    fields.map { "\($0.name)=\($0.value.filled(.address, value))" }.joined(separator: "&")
                )
            case .text(let type, let template): (type, template.filled(.plain, value))
            }
        bytes += "Content-Type: \(type)\r\nContent-Length: \(content.utf8.count)\r\n\r\n\(content)".utf8
        return bytes
    }

    /// Without the empty line behind it.
    private func head(_ method: String, _ path: String, accept: String) -> [UInt8] {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: \(hostField)\r\nUser-Agent: Mozilla/5.0 (preau-load)\r\n"
        text += "Accept: \(accept)\r\nAccept-Language: fr\r\n"
        if acceptsGzip { text += "Accept-Encoding: gzip\r\n" }
        if !person.cookies.isEmpty {
            text += "Cookie: " + person.cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; ") + "\r\n"
        }
        return Array(text.utf8)
    }

    // MARK: Answer

    private static func wrong(_ failure: ClientConnection.Failure) -> Outcome {
        switch failure {
        case .unconnected(let code): .wrong("not connected (\(String(cString: strerror(code))))")
        case .timedOut: .wrong("no answer in time")
        case .closed: .wrong("connection closed")
        case .malformed(let error): .wrong("malformed answer (\(error))")
        }
    }

    private func judge(_ answer: Answer, _ step: Product.Step) -> Outcome {
        func wrong(_ kind: String) -> Outcome { .wrong(kind) }
        var body = answer.body
        if answer.isGzip {
            guard let plain = try? Gzip.decompress(body, limit: Browser.longestPage) else {
                return wrong("damaged gzip")
            }
            body = plain
        }
        if let refusal = product.refusals.first(where: { body.hasText($0.text) }) { return wrong(refusal.what) }
        guard answer.status == step.status else {
            guard (300..<400).contains(answer.status), let location = answer.location else {
                return wrong("status \(answer.status)")
            }
            // The path alone: what follows it may be of one person.
            let path = location.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
            return wrong("sent to \(path.prefix(40))")
        }
        if let expected = step.location, answer.location?.hasPrefix(expected) != true { return wrong("sent elsewhere") }
        for expectation in step.expect
        where !body.hasText(Array(expectation.text.filled(.page, value).utf8)) {
            return wrong("wrong \(expectation.what)")
        }
        for find in step.find {
            let text = find.place == .body ? body : Array((answer.location ?? "").utf8)
            guard let part = find.all(in: text, most: 1).first else { return wrong("no \(find.name)") }
            found[find.name] = find.place == .location ? part.removingPercentEncoding ?? part : part
        }
        return .right(body: body, size: answer.size)
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
