package import Web

extension FeedResult {
    /// The plan as people read it: "12 arrivées en 6e B, 3 départs".
    package func text(_ language: Language) -> String {
        var lines: [String] = []
        for (name, counts) in [
            (language == .fr ? "élèves" : "pupils", pupils),
            (language == .fr ? "responsables" : "guardians", guardians),
            (language == .fr ? "contacts sans compte" : "contacts without account", contacts),
            (language == .fr ? "personnels" : "staff", staff),
            (language == .fr ? "établissements" : "establishments", establishments),
        ] {
            lines.append(Self.line(name, counts, language))
        }
        for place in plan.prefix(40) { lines.append(Self.line(place, language)) }
        if plan.count > 40 {
            lines.append(
                language == .fr
                    ? "… et \(plan.count - 40) autres établissements" : "… and \(plan.count - 40) more establishments")
        }
        for alarm in alarms { lines.append("! " + alarm.message) }
        for anomaly in anomalies.prefix(20) { lines.append("? " + Self.line(anomaly)) }
        if anomalies.count > 20 {
            lines.append(
                language == .fr
                    ? "? … et \(anomalies.count - 20) autres anomalies" : "? … and \(anomalies.count - 20) more")
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ counts: Counts, _ language: Language) -> String {
        var parts =
            language == .fr
            ? [
                "\(counts.added) nouveaux", "\(counts.changed) modifiés", "\(counts.disappeared) disparus",
                "\(counts.rejected) refusés",
            ]
            : [
                "\(counts.added) added", "\(counts.changed) changed", "\(counts.disappeared) disappeared",
                "\(counts.rejected) rejected",
            ]
        if counts.returned > 0 { parts.append("\(counts.returned) \(language == .fr ? "de retour" : "back again")") }
        return "\(name): \(parts.joined(separator: ", "))"
    }

    private static func line(_ place: Place, _ language: Language) -> String {
        let parts = place.movements(language)
        let new = place.isNew ? (language == .fr ? " (nouvel établissement)" : " (new establishment)") : ""
        return "\(place.uai) \(place.name)\(new): \(parts.prefix(12).joined(separator: ", "))"
            + (parts.count > 12 ? ", …" : "")
    }

    private static func line(_ anomaly: FeedAnomaly) -> String {
        let place = [anomaly.file, anomaly.line.map(String.init)].compactMap { $0 }.joined(separator: ":")
        let key = anomaly.key.map { " [\($0)]" } ?? ""
        return "\(anomaly.code.rawValue)\(place.isEmpty ? "" : " " + place)\(key): \(anomaly.message)"
    }
}

extension FeedResult.Place {
    /// Who comes, changes and goes, by class: "12 arrivées en 6e B".
    package func movements(_ language: Language) -> [String] {
        func list(_ groups: [(group: String, count: Int)], _ one: String, _ many: String, _ preposition: String)
            -> [String]
        {
            groups.map { "\($0.count) \($0.count == 1 ? one : many) \(preposition) \($0.group)" }
        }
        return language == .fr
            ? list(arrivals, "arrivée", "arrivées", "en") + list(changes, "changement", "changements", "en")
                + list(departures, "départ", "départs", "de")
            : list(arrivals, "arrival", "arrivals", "in") + list(changes, "change", "changes", "in")
                + list(departures, "departure", "departures", "from")
    }
}
