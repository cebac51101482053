internal import Postgres
internal import Tenancy
internal import Web

/// The territories' colours as style sheets, worked out once for each version of the directory.
final class TerritoryThemes: @unchecked Sendable {
    // Safety: confined to its loop.
    private let tenancy: Tenancy
    private var version: Int64 = -1
    private var themes: [TerritoryID: Theme] = [:]

    init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    /// Nil for a territory that is unknown or says no colour that can be read.
    func theme(of id: TerritoryID) -> Theme? {
        let territories = tenancy.territories
        if territories.version != version {
            version = territories.version
            themes = [:]
            for territory in territories.all { themes[territory.id] = TerritoryThemes.theme(territory) }
        }
        return themes[id]
    }

    private static func theme(_ territory: Territory) -> Theme? {
        var parser = JSONParser(Array(territory.theme.text.utf8))
        guard let colors = try? parser.parse(), let accent = colors["accent"]?.text else { return nil }
        return Theme(
            name: territory.id.rawValue, band: colors["colour"]?.text, onBand: colors["on_colour"]?.text,
            accent: accent,
            accentOnDark: colors["accent_on_dark"]?.text)
    }
}
