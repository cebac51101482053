internal import Control
internal import Foundation
internal import HTTPClient

/// An S3-compatible store, addressed by path: `https://s3.example/bucket/prefix`.
struct ObjectStore {
    private let origin: String
    private let host: String
    private let prefix: String
    private let signature: S3Signature

    /// - Parameter credentials: a file of two lines, access key and secret key.
    /// - Throws: `.usage`, `.unreadable`.
    init(_ address: String, credentials: String, region: String) throws {
        guard let url = URL(string: address), let scheme = url.scheme, ["https", "http"].contains(scheme),
            let name = url.host, url.query == nil, url.user == nil
        else { throw OperatorError.usage("--repository: expected https://HOST/BUCKET/PREFIX") }
        let local = ["localhost", "127.0.0.1", "::1"].contains(name)
        guard scheme == "https" || local else {
            throw OperatorError.usage("--repository: plain HTTP to this machine only")
        }
        prefix = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
        guard prefix.count > 1, prefix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) })
        else { throw OperatorError.usage("--repository: a bucket and a prefix of letters, digits and . _ -") }
        host = url.port.map { "\(name):\($0)" } ?? name
        origin = "\(scheme)://\(host)"
        guard let text = FileManager.default.contents(atPath: credentials).map({ String(decoding: $0, as: UTF8.self) })
        else { throw OperatorError.unreadable("\(credentials): cannot be read") }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        guard lines.count == 2 else {
            throw OperatorError.usage("\(credentials): expected two lines, access key and secret key")
        }
        signature = S3Signature(accessKey: lines[0], secretKey: lines[1], region: region)
    }

    private func send(_ method: String, _ place: String, _ body: [UInt8]?) throws -> (status: Int, body: [UInt8]) {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        let path = "\(prefix)/\(place)"
        let headers = signature.headers(
            method, host: host, path: path, body: body ?? [], moment: formatter.string(from: Date()))
        var answer: [UInt8] = []
        let request = HTTPClient.Request(method, origin + path, headers: headers, body: body)
        do {
            let status = try HTTPDownload.perform(request, allowsPlain: true, deadline: .seconds(300)) { piece in
                answer += piece
                guard answer.count <= BackupRepository.largestObject else {
                    throw OperatorError.unreadable("\(place): larger than any object of a repository")
                }
            }
            return (status, answer)
        } catch let error as HTTPClientError {
            throw OperatorError.unreachable(url: origin, reason: "\(error)")
        }
    }

    /// Nil when nothing is there.
    func get(_ place: String) throws -> [UInt8]? {
        let (status, body) = try send("GET", place, nil)
        if status == 404 { return nil }
        guard status == 200 else {
            throw OperatorError.refused(
                status: status, code: "status \(status)", detail: "the store refused to give \(place)")
        }
        return body
    }

    func put(_ place: String, _ object: [UInt8]) throws {
        var pause = 0.2
        for attempt in 1... {
            let status: Int
            do {
                status = try send("PUT", place, object).status
            } catch OperatorError.unreachable(let url, let reason) {
                guard attempt < 5 else { throw OperatorError.unreachable(url: url, reason: reason) }
                status = 503
            }
            if (200..<300).contains(status) { return }
            guard status >= 500, attempt < 5 else {
                throw OperatorError.refused(
                    status: status, code: "status \(status)", detail: "the store refused to take \(place)")
            }
            Thread.sleep(forTimeInterval: pause)
            pause *= 2
        }
    }
}
