internal import Glibc
internal import HTTP

/// Reads `multipart/form-data` (RFC 7578) as it comes: fields whole, files piece by piece, nothing more in memory than one
/// piece. Confined to the loop of its request.
package final class MultipartStream: @unchecked Sendable {
    // Safety: used by the one task that serves the request, on its loop.
    package enum Part: Sendable, Equatable {
        case field(Form.Field)
        /// Its bytes come from `content()`; what is not read is passed over. `name` is what the sender calls it.
        case file(field: String, name: String)
    }

    private enum Place {
        case beforeFirst
        /// In a file's bytes.
        case content
        /// After a delimiter.
        case delimiter
        case end
    }

    private let source: () async throws(HTTPError) -> [UInt8]?
    private let declaredLength: Int?
    private let delimiter: [UInt8]
    private let limits: FormLimits
    private var buffer: [UInt8] = []
    private var position = 0
    private var place = Place.beforeFirst
    private var parts = 0
    private var returned: Part?

    private static let longestHead = 8192

    /// - Parameter boundary: of the Content-Type header, 1 to 70 characters (RFC 2046 §5.1.1).
    convenience init(_ body: RequestBody, boundary: String, limits: FormLimits) throws(Problem) {
        body.allow(upTo: limits.bytes)
        try self.init(declaredLength: body.declaredLength, boundary: boundary, limits: limits) {
            () throws(HTTPError) in try await body.next()
        }
    }

    /// - Parameter source: the next bytes of the body; nil at its end.
    init(
        declaredLength: Int?, boundary: String, limits: FormLimits,
        source: @escaping () async throws(HTTPError) -> [UInt8]?
    ) throws(Problem) {
        guard (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Problem(.malformedRequest)
        }
        self.declaredLength = declaredLength
        self.source = source
        self.limits = limits
        delimiter = Array("\r\n--".utf8) + Array(boundary.utf8)
    }

    /// At most so many bytes are still to come; nil when the client did not say how many it sends.
    package var remaining: Int? {
        declaredLength.map { max(0, $0 - consumed) }
    }

    private var consumed = 0

    // MARK: Parts

    /// The next part; nil at the end of the form.
    /// - Throws: `malformedRequest`, `bodyTooLarge`, `bodyTimedOut`.
    package func next() async throws(Problem) -> Part? {
        if let part = returned {
            returned = nil
            return part
        }
        while place == .content { _ = try await content() }
        if place == .end { return nil }
        if place == .beforeFirst {
            // The first delimiter has no line break before it.
            guard try await take(Array(delimiter.dropFirst(2))) else { throw Problem(.malformedRequest) }
            place = .delimiter
        }
        while true {
            if try await take([0x2d, 0x2d]) {
                place = .end
                return nil
            }
            guard try await take([0x0d, 0x0a]) else { throw Problem(.malformedRequest) }
            parts += 1
            guard parts <= limits.fields else { throw FormError.tooManyFields(limit: limits.fields).problem }
            if let part = try await part() { return part }
        }
    }

    /// Gives a part back, so that `next()` gives it again.
    func putBack(_ part: Part) { returned = part }

    /// The next bytes of the file that `next()` gave last; nil at its end.
    package func content() async throws(Problem) -> [UInt8]? {
        guard place == .content else { return nil }
        while true {
            if let end = find(delimiter) {
                let bytes = Array(buffer[position..<end])
                position = end + delimiter.count
                place = .delimiter
                return bytes.isEmpty ? nil : bytes
            }
            // The last bytes may be the beginning of the delimiter.
            let sure = buffer.count - delimiter.count + 1
            if sure > position {
                let bytes = Array(buffer[position..<sure])
                position = sure
                return bytes
            }
            try await fill()
        }
    }

    /// Nil for a file field in which nothing was chosen.
    private func part() async throws(Problem) -> Part? {
        let disposition = try await head()
        guard let name = disposition["name"], !name.isEmpty else { throw Problem(.malformedRequest) }
        guard name.utf8.count <= limits.nameBytes else {
            throw FormError.nameTooLong(limit: limits.nameBytes).problem
        }
        place = .content
        if let fileName = disposition["filename"] {
            guard fileName.isEmpty else { return .file(field: name, name: fileName) }
            guard try await content() == nil else { throw Problem(.malformedRequest) }
            return nil
        }
        var bytes: [UInt8] = []
        while let piece = try await content() {
            bytes += piece
            guard bytes.count <= limits.valueBytes else {
                throw FormError.valueTooLong(field: name, limit: limits.valueBytes).problem
            }
        }
        guard !bytes.contains(0), let value = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.malformedRequest)
        }
        return .field(Form.Field(name: name, value: value))
    }

    private func head() async throws(Problem) -> HeaderValue {
        var disposition: HeaderValue?
        var length = 0
        while true {
            guard let line = try await line() else { throw Problem(.malformedRequest) }
            if line.isEmpty { break }
            length += line.utf8.count
            guard length <= MultipartStream.longestHead, let colon = line.firstIndex(of: ":") else {
                throw Problem(.malformedRequest)
            }
            guard line[..<colon].lowercased() == "content-disposition" else { continue }
            let value = HeaderValue(String(line[line.index(after: colon)...]))
            guard disposition == nil, value.value == "form-data" else { throw Problem(.malformedRequest) }
            disposition = value
        }
        guard let disposition else { throw Problem(.malformedRequest) }
        return disposition
    }

    // MARK: Bytes

    private func line() async throws(Problem) -> String? {
        while true {
            if let end = find([0x0d, 0x0a]) {
                defer { position = end + 2 }
                let bytes = buffer[position..<end]
                return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
            }
            guard buffer.count - position <= MultipartStream.longestHead else { return nil }
            try await fill()
        }
    }

    private func take(_ bytes: [UInt8]) async throws(Problem) -> Bool {
        while buffer.count - position < bytes.count { try await fill() }
        guard buffer[position...].starts(with: bytes) else { return false }
        position += bytes.count
        return true
    }

    /// - Throws: `malformedRequest` at the end of the body: every reader here expects more.
    private func fill() async throws(Problem) {
        let piece: [UInt8]?
        do {
            piece = try await source()
        } catch {
            throw error.problem
        }
        guard let piece else { throw Problem(.malformedRequest) }
        consumed += piece.count
        if position == buffer.count {
            buffer = piece
        } else {
            buffer.removeSubrange(..<position)
            buffer += piece
        }
        position = 0
    }

    /// Where these bytes are next; they begin with a carriage return, which is rare in most files.
    private func find(_ bytes: [UInt8]) -> Int? {
        buffer.withUnsafeBytes { haystack in
            guard let base = haystack.baseAddress else { return nil }
            let last = haystack.count - bytes.count
            var index = position
            while index <= last {
                guard let found = memchr(base + index, Int32(bytes[0]), last - index + 1) else { return nil }
                index = base.distance(to: UnsafeRawPointer(found))
                if memcmp(base + index, bytes, bytes.count) == 0 { return index }
                index += 1
            }
            return nil
        }
    }
}
