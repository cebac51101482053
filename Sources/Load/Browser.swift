internal import Cryptography
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
        switch product.judge(answer, step, value) {
        case .wrong(let kind): return .wrong(kind)
        case .right(let body, let values):
            found.merge(values) { $1 }
            return .right(body: body, size: answer.size)
        }
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
        let (type, content) = body.filled(value)
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
}
