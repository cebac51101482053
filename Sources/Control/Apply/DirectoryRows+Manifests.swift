internal import Runtime
internal import Tenancy
internal import Web
internal import YAML

extension DirectoryRows {
    /// What the manifests declare.
    init(_ manifests: ManifestSet) {
        for territory in manifests.territories { add(territory) }
    }

    private mutating func add(_ manifest: TerritoryManifest) {
        let id = manifest.id.rawValue
        let identity = manifest.identity
        territories.append(
            TerritoryRow(
                id: id, kind: identity.kind.rawValue, code: identity.code, name: identity.name, title: identity.title,
                region: identity.region, parent: identity.parent?.value.rawValue,
                timeZone: identity.timeZone.identifier, theme: identity.theme.document,
                defaults: identity.defaults.document(shards: identity.shards),
                accessibilityContact: identity.accessibilityContact ?? ""))
        for (index, host) in identity.hosts.enumerated() {
            hosts.append(HostRow(host: host.value.rawValue, territory: id, isPrimary: index == 0))
        }
        for department in identity.departments.map(\.value) {
            departments.append(
                DepartmentRow(
                    territory: id, code: department.code, name: department.name, academy: department.academy,
                    zone: department.zone))
        }
        for calendar in manifest.calendars { add(calendar, of: id) }
        for item in manifest.news { add(item, of: id, timeZone: identity.timeZone) }
        add(manifest.rules, of: id)
        for establishment in manifest.establishments {
            establishments.append(
                EstablishmentRow(
                    uai: establishment.uai.rawValue, territory: id, name: establishment.name,
                    kind: establishment.kind.rawValue, levels: establishment.levels.map(\.rawValue),
                    department: establishment.department, city: establishment.city,
                    timeZone: establishment.timeZone.identifier, zone: establishment.zone,
                    isInvented: establishment.isInvented, theme: establishment.look.colours?.document,
                    hosts: establishment.look.hosts.map { $0.map(\.value.rawValue).sorted() }))
        }
    }

    private mutating func add(_ calendar: SchoolCalendar, of territory: String) {
        let year = Int(calendar.schoolYear.rawValue)
        calendars.append(
            CalendarRow(
                territory: territory, year: year, zone: calendar.zone, startsOn: calendar.days.lowerBound,
                endsOn: calendar.days.upperBound))
        for holiday in calendar.holidays {
            holidays.append(
                HolidayRow(
                    territory: territory, year: year, zone: calendar.zone, kind: holiday.kind.rawValue,
                    name: holiday.name, startsOn: holiday.days.lowerBound, endsOn: holiday.days.upperBound))
        }
        for term in calendar.terms {
            terms.append(
                TermRow(
                    territory: territory, year: year, zone: calendar.zone, number: term.number, name: term.name,
                    startsOn: term.days.lowerBound, endsOn: term.days.upperBound))
        }
    }

    private mutating func add(_ item: NewsManifest, of territory: String, timeZone: SchoolTimeZone) {
        let from = timeZone.day(item.from).lowerBound
        let until = item.until.map { timeZone.day($0).upperBound }
        news.append(
            NewsRow(
                territory: territory, language: "fr", title: item.title.french, body: item.text.french, from: from,
                until: until))
        if let title = item.title.english, let text = item.text.english {
            news.append(
                NewsRow(territory: territory, language: "en", title: title, body: text, from: from, until: until))
        }
    }

    private mutating func add(_ manifest: RulesManifest, of territory: String) {
        for window in manifest.windows {
            let scope =
                window.establishment.map { ("establishment", $0.value.rawValue) }
                ?? window.department.map { ("department", $0.value) } ?? ("territory", territory)
            rules.append(
                RuleRow(
                    territory: territory, scopeKind: scope.0, scope: scope.1, kind: "window",
                    name: window.name.rawValue, document: window.document))
        }
        if let admission = manifest.admission {
            rules.append(
                RuleRow(
                    territory: territory, scopeKind: "territory", scope: territory, kind: "admission",
                    name: "sessions", document: admission.document))
            let narrower =
                admission.departments.map { ("department", $0.code.value, $0.sessions) }
                + admission.establishments.map { ("establishment", $0.uai.value.rawValue, $0.sessions) }
            for (kind, scope, sessions) in narrower {
                rules.append(
                    RuleRow(
                        territory: territory, scopeKind: kind, scope: scope, kind: "admission", name: "sessions",
                        document: JSON.document([("sessions", .integer(sessions))])))
            }
        }
        add(manifest.bandwidth.territory, of: territory, scopeKind: "territory", scope: territory)
        for (code, steps) in manifest.bandwidth.departments {
            add(steps, of: territory, scopeKind: "department", scope: code.value)
        }
        for (uai, steps) in manifest.bandwidth.establishments {
            add(steps, of: territory, scopeKind: "establishment", scope: uai.value.rawValue)
        }
    }

    private mutating func add(
        _ steps: [BandwidthStep], of territory: String, scopeKind: String, scope: String
    ) {
        for step in steps {
            quotas.append(
                QuotaRow(
                    territory: territory, scopeKind: scopeKind, scope: scope, from: step.from, rate: step.rate,
                    ceil: step.ceil))
        }
    }
}
