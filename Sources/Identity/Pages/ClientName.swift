/// A browser and its system in a few words, for a person's list of sessions: `Firefox, Android`. Only known words come out,
/// never the header itself.
enum ClientName {
    // The order matters: Chrome says Safari, Edge and Opera say Chrome, Android says Linux.
    private static let browsers = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
    ]
    private static let systems = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
        ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ]

    /// Empty when nothing is recognised.
    static func describe(_ userAgent: String?) -> String {
        guard let userAgent else { return "" }
        let text = String(userAgent.prefix(512))
        let browser = browsers.first { text.contains($0.0) }?.1
        let system = systems.first { text.contains($0.0) }?.1
        return [browser, system].compactMap { $0 }.joined(separator: ", ")
    }
}
