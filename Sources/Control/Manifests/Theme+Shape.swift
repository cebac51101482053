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
            let pairs = [
                ("on_colour", onColour, colour), ("accent", accent, Theme.whitePage),
                ("accent_on_dark", accentOnDark, Theme.darkPage),
            ]
            for (key, text, page) in pairs {
                let contrast = text.contrast(with: page)
                guard contrast < Theme.leastContrast else { continue }
                // Cut, not rounded: 4.48 must not be told as 4.5.
                let told = "\(Int(contrast)).\(Int(contrast * 10) % 10)"
                keys.reject(
                    key, "the contrast of \(text) on \(page) is \(told): expected at least \(Theme.leastContrast)")
            }
            return Theme(colour: colour, onColour: onColour, accent: accent, accentOnDark: accentOnDark)
        }
    }
}

extension YAMLShape where Value == Colour {
    fileprivate static var colour: YAMLShape { named("a colour such as \"#1f4e79\" (in quotes: # begins a comment)") }
}
