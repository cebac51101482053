internal import Glibc
internal import Runtime

/// An answer of HTTP/1.1, as far as a browser of ours looks at it.
package struct Answer: Sendable {
    package struct Cookie: Sendable, Equatable {
        package let name: String
        /// Nil: to be forgotten.
        package let value: String?
    }

    package internal(set) var status = 0
    package internal(set) var location: String?
    package internal(set) var cookies: [Cookie] = []
    package internal(set) var isGzip = false
    /// The server closes the connection behind this answer.
    package internal(set) var closes = false
    package internal(set) var body: [UInt8] = []
    /// As it came, head included.
    package internal(set) var size = 0
}

/// What is wrong with an answer. Its content is nobody's to print.
package enum AnswerError: Error, Equatable, Sendable {
    case statusLine
    case headTooLong
    case field
    case length
    case chunk
    case bodyTooLong
    case endsEarly
}

/// Reads one answer after the other from the bytes of a connection, each bounded in size.
package struct AnswerParser {
    package static let longestHead = 64 * 1024
    private static let emptyLine = Array("\r\n\r\n".utf8)

    private enum Framing {
        case length(Int)
        case chunks
        case untilClosed
    }

    private let longestBody: Int
    private var buffer: [UInt8] = []
    private var answer = Answer()
    /// Nil while the head is incomplete.
    private var framing: Framing?
    /// Where in the buffer reading goes on.
    private var place = 0

    package init(longestBody: Int = 8 << 20) { self.longestBody = longestBody }

    /// Whether no byte of the next answer has come yet.
    package var isEmpty: Bool { buffer.isEmpty }

    /// Takes bytes; gives the answer once it is whole.
    package mutating func take(_ bytes: UnsafeRawBufferPointer) throws(AnswerError) -> Answer? {
        buffer.append(contentsOf: bytes)
        return try advance()
    }

    package mutating func take(_ bytes: [UInt8]) throws(AnswerError) -> Answer? {
        buffer += bytes
        return try advance()
    }

    /// The connection was closed: the end of an answer without a length.
    package mutating func finish() throws(AnswerError) -> Answer {
        guard case .untilClosed = framing else { throw .endsEarly }
        answer.body = Array(buffer[place...])
        answer.closes = true
        return complete(through: buffer.count)
    }

    private mutating func advance() throws(AnswerError) -> Answer? {
        while framing == nil {
            guard let end = endOfHead() else {
                guard buffer.count <= AnswerParser.longestHead else { throw .headTooLong }
                return nil
            }
            guard end <= AnswerParser.longestHead else { throw .headTooLong }
            try readHead(end)
            if (100..<200).contains(answer.status) {
                buffer.removeFirst(end)
                (answer, framing) = (Answer(), nil)
            } else {
                place = end
            }
        }
        switch framing {
        case .length(let length):
            guard buffer.count - place >= length else { return nil }
            answer.body = Array(buffer[place..<place + length])
            return complete(through: place + length)
        case .chunks: return try readChunks()
        case .untilClosed, nil:
            guard buffer.count - place <= longestBody else { throw .bodyTooLong }
            return nil
        }
    }

    private mutating func complete(through end: Int) -> Answer {
        var whole = answer
        whole.size += end
        buffer.removeFirst(end)
        (answer, framing, place) = (Answer(), nil, 0)
        return whole
    }

    private func endOfHead() -> Int? { buffer.place(of: AnswerParser.emptyLine).map { $0 + 4 } }

    // MARK: Head

    private mutating func readHead(_ end: Int) throws(AnswerError) {
        var start = buffer[..<end].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? end
        let line = buffer[..<start]
        guard line.count >= 14, line.starts(with: "HTTP/1.".utf8), line[8] == UInt8(ascii: " "),
            let status = number(line[9..<12], base: 10), (100..<600).contains(status)
        else { throw .statusLine }
        answer.status = status
        answer.closes = line[7] == UInt8(ascii: "0")
        var length: Int?
        var isChunked = false
        while start < end - 2 {
            let stop = buffer[start..<end].firstIndex(of: UInt8(ascii: "\r")) ?? end
            guard let colon = buffer[start..<stop].firstIndex(of: UInt8(ascii: ":")), colon > start else {
                throw .field
            }
            var first = colon + 1
            while first < stop, buffer[first] == UInt8(ascii: " ") { first += 1 }
            let value = buffer[first..<stop]
            switch colon - start {
            case 8 where isNamed("location", start): answer.location = text(value)
            case 10 where isNamed("connection", start): if text(value).lowercased() == "close" { answer.closes = true }
            case 10 where isNamed("set-cookie", start): answer.cookies.append(cookie(value))
            case 14 where isNamed("content-length", start):
                guard let given = number(value, base: 10), length == nil || length == given else { throw .length }
                length = given
            case 16 where isNamed("content-encoding", start): answer.isGzip = text(value).lowercased() == "gzip"
            case 17 where isNamed("transfer-encoding", start): isChunked = text(value).lowercased() == "chunked"
            default: break
            }
            start = stop + 2
        }
        if status == 204 || status == 304 || status < 200 {
            framing = .length(0)
        } else if isChunked {
            framing = .chunks
        } else if let length {
            guard length <= longestBody else { throw .bodyTooLong }
            framing = .length(length)
        } else {
            framing = .untilClosed
        }
    }

    /// Whether the field that starts there has this lowercase name.
    private func isNamed(_ name: StaticString, _ start: Int) -> Bool {
        for offset in 0..<name.utf8CodeUnitCount {
            let byte = buffer[start + offset]
            let lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
            guard lower == name.utf8Start[offset] else { return false }
        }
        return true
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private func cookie(_ value: ArraySlice<UInt8>) -> Answer.Cookie {
        let parts = text(value).split(separator: ";", omittingEmptySubsequences: false)
        let pair = (parts.first ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let isRemoved = parts.dropFirst().contains {
            $0.trimmingPrefix(" ").lowercased() == "max-age=0"
        }
        let name = pair.first.map { String($0.trimmingPrefix(" ")) } ?? ""
        let given = pair.count == 2 ? String(pair[1]) : ""
        return Answer.Cookie(name: name, value: isRemoved || given.isEmpty ? nil : given)
    }

    /// Digits only, and no more of them than a sensible size has.
    private func number(_ bytes: ArraySlice<UInt8>, base: Int) -> Int? {
        guard (1...12).contains(bytes.count), bytes.allSatisfy({ isxdigit(Int32($0)) != 0 }) else { return nil }
        return Int(text(bytes), radix: base)
    }

    // MARK: Chunks

    private mutating func readChunks() throws(AnswerError) -> Answer? {
        while true {
            guard let end = buffer[place...].firstIndex(of: UInt8(ascii: "\n")) else {
                // The line of a chunk's size, or an extension that never ends.
                guard buffer.count - place <= 1024 else { throw .chunk }
                return nil
            }
            guard end > place, buffer[end - 1] == UInt8(ascii: "\r") else { throw .chunk }
            let line = buffer[place..<end - 1]
            guard let size = number(line.prefix { $0 != UInt8(ascii: ";") }, base: 16) else { throw .chunk }
            guard answer.body.count + size <= longestBody else { throw .bodyTooLong }
            guard size > 0 else { return try readTrailer(from: end + 1) }
            guard buffer.count >= end + 1 + size + 2 else { return nil }
            answer.body += buffer[end + 1..<end + 1 + size]
            guard buffer[end + 1 + size] == UInt8(ascii: "\r"), buffer[end + 2 + size] == UInt8(ascii: "\n") else {
                throw .chunk
            }
            // What was read is let go of: a long answer is not kept twice.
            answer.size += end + 3 + size
            buffer.removeFirst(end + 3 + size)
            place = 0
        }
    }

    private mutating func readTrailer(from start: Int) throws(AnswerError) -> Answer? {
        var start = start
        while let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if end - start <= 1 { return complete(through: end + 1) }
            start = end + 1
            guard start - place <= AnswerParser.longestHead else { throw .headTooLong }
        }
        guard buffer.count - place <= AnswerParser.longestHead else { throw .headTooLong }
        return nil
    }
}
