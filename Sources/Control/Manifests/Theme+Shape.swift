internal import Glibc
internal import YAML

extension Colour {
    /// From the sRGB transfer curve to light.
    static func linear(_ channel: UInt8) -> Double {
        let value = Double(channel) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
}

extension YAMLShape where Value == Theme {
    /// The four colours, each pair of them legible: a theme that people cannot read is an error, not a taste.
    static var theme: YAMLShape {
        .keys("colours (colour, on_colour, accent, accent_on_dark)") { keys in
            let colour = keys.required("colour", .colour)
            let onColour = keys.required("on_colour", .colour)
            let accent = keys.required("accent", .colour)
            let accentOnDark = keys.required("accent_on_dark", .colour)
            guard let colour, let onColour, let accent, let accentOnDark else { return nil }
            let theme = Theme(colour: colour, onColour: onColour, accent: accent, accentOnDark: accentOnDark)
            for pair in theme.illegible {
                keys.reject(
                    pair.key,
                    "the contrast of \(pair.text) on \(pair.page) is \(pair.contrast): expected at least"
                        + " \(Theme.leastContrast)")
            }
            return theme
        }
    }
}

extension YAMLShape where Value == Colour {
    fileprivate static var colour: YAMLShape { named("a colour such as \"#1f4e79\" (in quotes: # begins a comment)") }
}
