internal import Glibc

extension MessageHead {
    /// Where the value of the first cookie of that name stands in a `Cookie` field, without surrounding spaces and quotes.
    func cookie(_ name: String, in field: Range<Int>) -> Range<Int>? {
        var name = name
        return name.withUTF8 { name in
            bytes.withUnsafeBufferPointer { bytes in
                var start = field.lowerBound
                while start < field.upperBound {
                    let end = MessageHead.endOfCookie(bytes, start..<field.upperBound)
                    while start < end, bytes[start] == 0x20 { start += 1 }
                    if end - start > name.count, bytes[start + name.count] == UInt8(ascii: "="),
                        bytes[start..<start + name.count].elementsEqual(name)
                    {
                        return MessageHead.unquoted(start + name.count + 1..<end, bytes)
                    }
                    start = end + 1
                }
                return nil
            }
        }
    }

    /// A session's cookie is long, and each cookie asked for looks past it.
    private static func endOfCookie(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        guard let base = bytes.baseAddress,
            let found = memchr(base + range.lowerBound, Int32(UInt8(ascii: ";")), range.count)
        else { return range.upperBound }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }

    private static func unquoted(_ range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, bytes[end - 1] == 0x20 { end -= 1 }
        let isQuoted =
            end - range.lowerBound >= 2 && bytes[range.lowerBound] == UInt8(ascii: "\"")
            && bytes[end - 1] == UInt8(ascii: "\"")
        return isQuoted ? range.lowerBound + 1..<end - 1 : range.lowerBound..<end
    }
}
