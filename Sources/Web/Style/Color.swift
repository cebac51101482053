internal import Glibc

/// An sRGB colour of eight bits a channel.
struct Color: Sendable, Equatable, CustomStringConvertible {
    let red: UInt8
    let green: UInt8
    let blue: UInt8

    static let white = Color(red: 255, green: 255, blue: 255)
    static let black = Color(red: 0, green: 0, blue: 0)
    static let lightGround = Color(red: 0xF4, green: 0xF6, blue: 0xFA)
    static let darkGround = Color(red: 0x11, green: 0x15, blue: 0x1C)
    static let darkSurface = Color(red: 0x1A, green: 0x20, blue: 0x2A)

    init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Parses `#rrggbb`.
    init?(_ text: String) {
        let digits = text.utf8.dropFirst().compactMap(hexValue)
        guard text.hasPrefix("#"), text.utf8.count == 7, digits.count == 6 else { return nil }
        self.init(red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5])
    }

    var description: String {
        let digits = [red >> 4, red & 15, green >> 4, green & 15, blue >> 4, blue & 15].map(hexDigit)
        return "#" + String(decoding: digits, as: UTF8.self)
    }

    func mixed(with other: Color, _ share: Double) -> Color {
        func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
            UInt8((Double(from) + (Double(to) - Double(from)) * share).rounded())
        }
        return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// WCAG 2.2: relative luminance, 0 for black and 1 for white.
    var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// WCAG 2.2: from 1 to 21.
    func contrast(with other: Color) -> Double {
        let (first, second) = (luminance, other.luminance)
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }
}
