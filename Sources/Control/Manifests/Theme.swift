/// The colours of a territory's pages, or of an establishment's.
package struct Theme: Sendable, Hashable {
    /// Behind the territory's name.
    package let colour: Colour
    /// The territory's name on `colour`.
    package let onColour: Colour
    /// Links and buttons on a white page.
    package let accent: Colour
    /// Links and buttons on a dark page.
    package let accentOnDark: Colour

    /// The page that `accentOnDark` must be legible on.
    static let darkPage = Colour(red: 0x12, green: 0x12, blue: 0x12)
    static let whitePage = Colour(red: 0xff, green: 0xff, blue: 0xff)
    /// WCAG 2.2, success criterion 1.4.3, for text of ordinary size.
    static let leastContrast = 4.5

    /// The pairs that people cannot read: the key of the text's colour, both colours, and their contrast as it is told.
    var illegible: [(key: String, text: Colour, page: Colour, contrast: String)] {
        let pairs = [
            ("on_colour", onColour, colour), ("accent", accent, Theme.whitePage),
            ("accent_on_dark", accentOnDark, Theme.darkPage),
        ]
        return pairs.compactMap { key, text, page in
            let contrast = text.contrast(with: page)
            guard contrast < Theme.leastContrast else { return nil }
            // Cut, not rounded: 4.48 must not be told as 4.5.
            return (key, text, page, "\(Int(contrast)).\(Int(contrast * 10) % 10)")
        }
    }
}

/// An sRGB colour, written `#1f4e79`.
package struct Colour: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    package init?(rawValue: String) {
        guard rawValue.utf8.count == 7, rawValue.first == "#",
            rawValue.utf8.dropFirst().allSatisfy({ (48...57).contains($0) || (97...102).contains($0 | 32) }),
            let value = UInt32(rawValue.dropFirst(), radix: 16)
        else { return nil }
        self.init(red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xff), blue: UInt8(value & 0xff))
    }

    package var rawValue: String {
        let digits = String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    package var description: String { rawValue }

    /// From 1 to 21, as WCAG 2.2 defines it.
    package func contrast(with other: Colour) -> Double {
        let lighter = max(luminance, other.luminance)
        let darker = min(luminance, other.luminance)
        return (lighter + 0.05) / (darker + 0.05)
    }

    private var luminance: Double {
        0.2126 * Colour.linear(red) + 0.7152 * Colour.linear(green) + 0.0722 * Colour.linear(blue)
    }
}
