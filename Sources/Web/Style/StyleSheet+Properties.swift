extension StyleSheet {
    /// The colours by their role. Every pair of a text and the surface it is set on has a contrast of 4.5 at least; a test
    /// reads them from here and computes it.
    static let light: [(name: String, value: String)] = [
        ("ground", "#f4f6fa"), ("surface", "#ffffff"), ("ink", "#1a2231"), ("muted", "#535f73"), ("line", "#d9dfe8"),
        ("edge", "#74819a"), ("good", "#1a6a3a"), ("good-soft", "#e3f4ea"), ("warn", "#774900"),
        ("warn-soft", "#fdf0d8"), ("bad", "#a5201a"), ("bad-soft", "#fdeaea"), ("info", "#1f4b96"),
        ("info-soft", "#e8effb"),
    ]

    static let dark: [(name: String, value: String)] = [
        ("ground", "#11151c"), ("surface", "#1a202a"), ("ink", "#e9edf4"), ("muted", "#a9b4c5"), ("line", "#313b4a"),
        ("edge", "#7b899f"), ("good", "#83d8a4"), ("good-soft", "#15301f"), ("warn", "#f1c47e"),
        ("warn-soft", "#33270f"), ("bad", "#ffa29b"), ("bad-soft", "#3b1b1b"), ("info", "#a1c0f8"),
        ("info-soft", "#182743"),
    ]

    static var properties: String {
        func text(_ colors: [(name: String, value: String)]) -> String {
            colors.map { "--\($0.name):\($0.value);" }.joined()
        }
        // Subjects are told apart by hue; the tints of all twelve have the same lightness, so the same contrast.
        let hues = [215, 140, 28, 280, 350, 185, 48, 320, 95, 250, 5, 165]
        return """
            :root{color-scheme:light dark;\(text(light))\(Theme.standard.light.properties);--radius:.75rem;--hour:5.25rem;
            --tint:72% 95%;--stripe:52% 40%;
            --shadow:0 1px 2px rgb(16 24 40/.07),0 3px 12px rgb(16 24 40/.06)}
            @media screen and (prefers-color-scheme:dark){
            :root{\(text(dark))\(Theme.standard.dark.properties);--tint:28% 20%;--stripe:58% 68%;--shadow:0 1px 2px rgb(0 0 0/.5)}}
            \(hues.enumerated().map { ".c\($0.offset){--h:\($0.element)}" }.joined())
            """
    }
}
