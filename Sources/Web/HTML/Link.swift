package import Runtime

/// An address inside this site: `let link: Link = "/timetable/\(id)?week=\(week)"`.
///
/// The literal parts are trusted, what is interpolated is percent-encoded (RFC 3986), so that a value can neither leave its
/// place in the address nor turn the address into another site's or into a `javascript:` one.
package struct Link: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// Path and query, ready for an attribute (escaped there) or a `Location` header.
    package let text: String

    package var description: String { text }

    package init(stringLiteral value: String) { text = value }

    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// A path that came from outside, such as "where to go after signing in"; nil unless it is a path of this site: starts
    /// with one slash, no control character, no backslash (which browsers read as a slash).
    package init?(localPath text: String) {
        guard text.utf8.count <= 4000, text.hasPrefix("/"), !text.hasPrefix("//"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") })
        else { return nil }
        self.text = text
    }

    private init(text: String) { self.text = text }

    /// The same address with one more item in its query.
    package func adding(_ name: StaticString, _ value: String) -> Link {
        Link(
            text: text + (text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + name.description + "="
                + value.percentEncoded())
    }

    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 40)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ value: String) { text += value.percentEncoded() }
        package mutating func appendInterpolation(_ value: Int) { text += String(value) }
        package mutating func appendInterpolation(_ value: UUID) { text += value.description }
        package mutating func appendInterpolation(_ value: CivilDate) { text += value.description }
    }
}

extension String {
    /// Every byte that is not unreserved in RFC 3986 as `%XX`.
    package func percentEncoded() -> String {
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count + 8)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(hexDigit(byte >> 4))
                result.append(hexDigit(byte & 0xf))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
}
