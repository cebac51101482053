internal import Cryptography

/// A territory's colour, made fit to read: whatever the territory chose, text in it or on it keeps a contrast of at least
/// 4.5 to 1 on every surface, in light and in dark (WCAG 2.2, 1.4.3).
package struct Theme: Sendable {
    /// The territory's identifier: lower-case letters, digits, hyphens.
    package let name: String
    let light: Palette
    let dark: Palette
    private let hash: String

    struct Palette: Sendable, Equatable {
        let accent: Color
        /// Text on the accent.
        let onAccent: Color
        /// A surface with a touch of the accent.
        let soft: Color
        /// The band at the top, and what is written on it.
        let band: Color
        let onBand: Color
    }

    /// Nil unless `name` is a slug and each colour is `#rrggbb`.
    /// - Parameters:
    ///   - band: behind the name, at the top; the accent when nil.
    ///   - onBand: replaced by white or a dark ink when it could not be read on the band.
    ///   - accent: links and buttons in light.
    ///   - accentOnDark: in dark; the accent made lighter when nil.
    package init?(name: String, band: String? = nil, onBand: String? = nil, accent: String, accentOnDark: String? = nil)
    {
        let given = [band, onBand, accentOnDark].compactMap { $0 }
        guard Schema.Format.slug.accepts(name), name.utf8.count <= 64, let accent = Color(accent),
            given.allSatisfy({ Color($0) != nil })
        else { return nil }
        self.init(
            name, band: band.flatMap(Color.init) ?? accent, onBand: onBand.flatMap(Color.init), accent: accent,
            accentOnDark: accentOnDark.flatMap(Color.init) ?? accent)
    }

    private init(_ name: String, band: Color, onBand: Color?, accent: Color, accentOnDark: Color) {
        self.name = name
        light = Palette(
            accent, surfaces: [.white, .lightGround], soft: .white, muted: StyleSheet.light, softness: 0.1,
            towards: .black, band: band,
            onBand: onBand)
        dark = Palette(
            accentOnDark, surfaces: [.darkSurface, .darkGround], soft: .darkSurface, muted: StyleSheet.dark,
            softness: 0.2, towards: .white,
            band: band,
            onBand: onBand)
        hash = Assets.hash(Array(Theme.text(light, dark).utf8))
    }

    /// Préau's own, for pages without a territory.
    static let standard: Theme = {
        let blue = Color(red: 0x2A, green: 0x4F, blue: 0xA8)
        return Theme(
            "preau", band: Color(red: 0x1D, green: 0x34, blue: 0x6B), onBand: nil, accent: blue, accentOnDark: blue)
    }()

    /// The style sheet: a few custom properties over those of the common one.
    package var styleSheet: [UInt8] { Array(Theme.text(light, dark).utf8) }

    /// Where the style sheet is; changes with its content, so that it can be kept for ever.
    package var link: Link { "/assets/theme-\(name)-\(hash).css" }

    static func text(_ light: Palette, _ dark: Palette) -> String {
        ":root{\(light.properties)}@media screen and (prefers-color-scheme:dark){:root{\(dark.properties)}}"
    }
}

extension Theme.Palette {
    fileprivate init(
        _ color: Color, surfaces: [Color], soft base: Color, muted colors: [(name: String, value: String)],
        softness: Double,
        towards end: Color, band: Color, onBand: Color?
    ) {
        let muted = colors.first { $0.name == "muted" }.flatMap { Color($0.value) } ?? end
        func soft(_ accent: Color) -> Color {
            let tints = [1, 0.75, 0.5, 0.25].map { base.mixed(with: accent, softness * $0) }
            return tints.first { $0.contrast(with: muted) >= 4.6 } ?? base
        }
        var accent = color
        // A step of 6 % gets from anywhere to legible in at most 40: black and white always are.
        for _ in 0..<40 {
            if (surfaces + [soft(accent)]).allSatisfy({ accent.contrast(with: $0) >= 4.6 }) { break }
            accent = accent.mixed(with: end, 0.06)
        }
        self.accent = accent
        self.soft = soft(accent)
        onAccent = accent.bestInk
        self.band = band
        self.onBand = onBand.flatMap { $0.contrast(with: band) >= 4.5 ? $0 : nil } ?? band.bestInk
    }

    var properties: String {
        "--accent:\(accent);--on-accent:\(onAccent);--accent-soft:\(soft);--band:\(band);--on-band:\(onBand)"
    }
}

extension Color {
    /// White or nearly black, whichever reads better on this colour; one of them always reaches 4.5.
    fileprivate var bestInk: Color {
        contrast(with: .white) >= contrast(with: .black) ? .white : .black
    }
}
