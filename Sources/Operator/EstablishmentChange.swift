/// What `preau establishment change` changes; what is nil stays.
struct EstablishmentChange: Encodable {
    struct Theme: Encodable {
        let colour: String
        let onColour: String
        let accent: String
        let accentOnDark: String
    }

    enum Colours {
        case territory
        case own(Theme)
    }

    let city: String?
    let zone: String?
    let theme: Colours?
    let hosts: [String]?

    private enum CodingKeys: String, CodingKey { case city, zone, theme, hosts }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encodeIfPresent(city, forKey: .city)
        try body.encodeIfPresent(zone, forKey: .zone)
        try body.encodeIfPresent(hosts, forKey: .hosts)
        switch theme {
        case .none: break
        case .territory: try body.encodeNil(forKey: .theme)
        case .own(let theme): try body.encode(theme, forKey: .theme)
        }
    }

    /// Four colours with commas between, or `none` for the territory's.
    static func theme(_ text: String?) throws(OperatorError) -> Colours? {
        guard let text else { return nil }
        guard text != "none" else { return .territory }
        let colours = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard colours.count == 4 else {
            throw .usage("--theme: four colours such as #1f4e79 with commas between, or none")
        }
        return .own(Theme(colour: colours[0], onColour: colours[1], accent: colours[2], accentOnDark: colours[3]))
    }

    /// Names with commas between, or `none`.
    static func hosts(_ text: String) -> [String] {
        text == "none" ? [] : text.split(separator: ",").map(String.init)
    }
}
