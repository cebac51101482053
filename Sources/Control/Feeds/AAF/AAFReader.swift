internal import Glibc
internal import XML

/// Reads one file of a feed and hands on its requests, one after the other.
final class AAFReader: XMLHandler {
    /// Values of one request, and bytes of all of them: no honest one comes near.
    private static let mostValues = 20_000
    private static let mostBytes = 4 << 20

    private enum Part {
        case outside, request, operational, identifier, attributes
    }

    private(set) var header = AAFHeader()
    private(set) var entries = 0
    /// Attributes that no known version has, with how often they came.
    private(set) var unknownAttributes: [String: Int] = [:]
    /// Requests left out for their size, by line.
    private(set) var oversized: [Int] = []
    /// Whether the document is one of the format at all.
    private(set) var isFeed = false

    private let take: (AAFEntry) -> Void
    private var part = Part.outside
    private var entry = AAFEntry()
    private var attribute: AAFAttribute?
    private var isCategory = false
    private var isInValue = false
    private var hasValue = false
    private var bytes: [UInt8] = []
    private var size = 0
    private var isTooLarge = false
    /// The attributes of the request before: the next one mostly names the same in the same order.
    private var expected: [(name: [UInt8], attribute: AAFAttribute?)] = []
    private var position = 0

    /// - Parameter take: gets each request, in the order of the file.
    init(_ take: @escaping (AAFEntry) -> Void) { self.take = take }

    func comment(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard entries == 0, bytes.count < 4096 else { return }
        header.read(String(decoding: bytes, as: UTF8.self))
    }

    func start(_ element: UnsafeBufferPointer<UInt8>, name: UnsafeBufferPointer<UInt8>?, line: Int) {
        // Told apart by length and first letter; the longer ones are rare.
        switch (element.count, element.first) {
        case (5, UInt8(ascii: "v")) where part != .outside: beginValue()
        case (4, UInt8(ascii: "a")), (12, UInt8(ascii: "m")): beginAttribute(name)
        case (2, UInt8(ascii: "i")) where part == .identifier: beginValue()
        case (10, UInt8(ascii: "i")): part = .identifier
        case (21, UInt8(ascii: "o")): part = .operational
        case (10, UInt8(ascii: "a")), (13, UInt8(ascii: "m")), (13, UInt8(ascii: "d")), (13, UInt8(ascii: "f")):
            begin(String(decoding: element, as: UTF8.self), line)
        default: break
        }
    }

    private func begin(_ element: String, _ line: Int) {
        switch element {
        case "ficAlimMENESR": isFeed = true
        case "addRequest": beginRequest(.whole, line)
        case "modifyRequest": beginRequest(.change, line)
        case "deleteRequest": beginRequest(.remove, line)
        case "attributes", "modifications": part = .attributes
        default: break
        }
    }

    private func beginRequest(_ operation: FeedOperation, _ line: Int) {
        entry.operation = operation
        entry.category = nil
        entry.id = ""
        entry.values.removeAll(keepingCapacity: true)
        entry.line = line
        part = .request
        size = 0
        isTooLarge = false
        position = 0
    }

    private func beginAttribute(_ name: UnsafeBufferPointer<UInt8>?) {
        attribute = nil
        isCategory = false
        hasValue = false
        guard let name else { return }
        if part == .operational {
            isCategory = name.count > 9 && name.prefix(9).elementsEqual("categorie".utf8)
        } else if part == .attributes {
            attribute = find(name)
        }
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>) -> AAFAttribute? {
        defer { position += 1 }
        if position < expected.count {
            let known = expected[position]
            let isSame = known.name.withUnsafeBufferPointer { bytes in
                guard bytes.count == name.count, let one = bytes.baseAddress, let other = name.baseAddress else {
                    return false
                }
                return memcmp(one, other, name.count) == 0
            }
            if isSame {
                if known.attribute == nil { count(unknown: name) }
                return known.attribute
            }
        }
        let found = AAFAttribute(name: Array(name))
        if found == nil { count(unknown: name) }
        if position < expected.count {
            expected[position] = (Array(name), found)
        } else if position < 200 {
            expected.append((Array(name), found))
        }
        return found
    }

    private func count(unknown name: UnsafeBufferPointer<UInt8>) {
        let text = String(decoding: name, as: UTF8.self)
        guard unknownAttributes.count < 100 || unknownAttributes[text] != nil else { return }
        unknownAttributes[text, default: 0] += 1
    }

    private func beginValue() {
        isInValue = true
        bytes.removeAll(keepingCapacity: true)
    }

    func text(_ piece: UnsafeBufferPointer<UInt8>) {
        if isInValue { bytes.append(contentsOf: piece) }
    }

    func end(_ element: UnsafeBufferPointer<UInt8>) {
        switch (element.count, element.first) {
        case (5, UInt8(ascii: "v")) where isInValue: endValue()
        case (2, UInt8(ascii: "i")) where isInValue:
            entry.id = content()
            isInValue = false
        case (4, UInt8(ascii: "a")), (12, UInt8(ascii: "m")):
            if let attribute, !hasValue { entry.values.append((attribute, "")) }
            attribute = nil
        case (21, UInt8(ascii: "o")), (10, UInt8(ascii: "i")): part = .request
        case (10, UInt8(ascii: "a")), (13, UInt8(ascii: "m")), (13, UInt8(ascii: "d")):
            finish(String(decoding: element, as: UTF8.self))
        default: break
        }
    }

    private func finish(_ element: String) {
        switch element {
        case "attributes", "modifications": part = .request
        case "addRequest", "modifyRequest", "deleteRequest":
            part = .outside
            entries += 1
            if isTooLarge { oversized.append(entry.line) } else { take(entry) }
        default: break
        }
    }

    private func endValue() {
        isInValue = false
        hasValue = true
        if isCategory {
            entry.category = AAFEntry.Category(rawValue: content())
        } else if let attribute {
            size += bytes.count
            guard entry.values.count < AAFReader.mostValues, size < AAFReader.mostBytes else {
                isTooLarge = true
                return
            }
            entry.values.append((attribute, content()))
        }
    }

    /// The text just read, without white space around it, and put right where it was encoded twice.
    private func content() -> String {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] <= 32 { start += 1 }
        while end > start, bytes[end - 1] <= 32 { end -= 1 }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        guard looksEncodedTwice(start, end) else { return text }
        return AAFValues.repaired(text) ?? text
    }

    private func looksEncodedTwice(_ start: Int, _ end: Int) -> Bool {
        guard end - start >= 4 else { return false }
        var index = start
        while index + 3 < end {
            if bytes[index] == 0xc3, (0x82...0x85).contains(bytes[index + 1]), bytes[index + 2] == 0xc2 { return true }
            index += 1
        }
        return false
    }
}
