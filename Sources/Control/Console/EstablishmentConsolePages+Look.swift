internal import HTTP
internal import Identity
internal import Tenancy
internal import Web

extension ConsolePages {
    private static let colours: [(field: String, label: Phrase, key: String)] = [
        ("colour", .themeColour, "colour"), ("on_colour", .themeOnColour, "on_colour"),
        ("accent", .themeAccent, "accent"), ("accent_on_dark", .themeAccentOnDark, "accent_on_dark"),
    ]

    /// An establishment's own colours and host names.
    /// - Parameter draft: what was typed, where it cannot be saved.
    func lookCard(_ establishment: Establishment, draft: FormReader?, _ call: Call) -> HTML {
        let language = call.language
        let standing = service.look(of: establishment.id)
        var fields = Self.colours.map { field, label, key in
            Field(
                field, label[language], value: draft?.form[field] ?? standing.theme[key]?.text ?? "",
                hint: Phrase.themeColourHint[language], error: draft?.error(field)?[language], isRequired: false,
                maxLength: 7)
        }
        fields.append(
            Field(
                "hosts", Phrase.ownHosts[language],
                value: draft?.form["hosts"] ?? standing.hosts.joined(separator: " "),
                hint: Phrase.ownHostsHint[language], error: draft?.error("hosts")?[language], isRequired: false,
                maxLength: 2000))
        let form = PostForm(
            "/establishments/\(establishment.uai.rawValue)/look", fields, submit: Phrase.saveLook[language],
            forgeryToken: call.frame.forgeryToken)
        return Component.card(
            Phrase.look[language], "<p class=\"hint\">\(Phrase.lookLead[language])</p>\(form.html(language))")
    }

    var establishmentLook: Route {
        .page(
            .post, "/establishments/{establishment}/look", access: ConsolePages.access, tag: "Console",
            summary: "Changes an establishment's own colours and host names.",
            parameters: [.uai("establishment", "Its UAI.")],
            body: .form(
                Self.colours.map { .text($0.field, "A colour, or nothing.", maxLength: 7) }
                    + [.text("hosts", "Names with spaces between.", maxLength: 2000)]), errors: [.noRight]
        ) { call in
            let establishment = try service.establishment(call, for: .establishments)
            var reader = FormReader(try await call.form())
            let colours = readColours(&reader)
            let hosts = readHosts(&reader)
            if reader.isValid {
                do {
                    try await service.change(
                        establishment, name: nil, city: nil, zone: nil, modulesOff: nil,
                        look: LookChange(colours: colours, hosts: hosts), call)
                    return .seeOther("/establishments/\(establishment.uai.rawValue)?done=1")
                } catch let problem as Problem where problem.code == .hostTaken || problem.code == .invalidBody {
                    refuse(problem, &reader)
                }
            }
            return call.page(page(of: establishment, draft: reader, call), status: .unprocessableContent)
        }
    }

    /// Four colours, or none for the territory's.
    private func readColours(_ reader: inout FormReader) -> EstablishmentLook.Colours? {
        let typed = Self.colours.map { reader.optionalText($0.field, upTo: 7) }
        guard typed.contains(where: { $0 != nil }) else { return .territory }
        var colours: [Colour] = []
        for (index, text) in typed.enumerated() {
            guard let colour = text.flatMap({ Colour(rawValue: $0.lowercased()) }) else {
                reader.refuse(Self.colours[index].field, .noColour)
                continue
            }
            colours.append(colour)
        }
        guard colours.count == 4 else { return nil }
        return .own(Theme(colour: colours[0], onColour: colours[1], accent: colours[2], accentOnDark: colours[3]))
    }

    private func readHosts(_ reader: inout FormReader) -> [HostName] {
        let texts = (reader.optionalText("hosts", upTo: 2000) ?? "").split(whereSeparator: \.isWhitespace)
        let hosts = texts.compactMap { HostName(rawValue: $0.lowercased()) }
        if hosts.count < texts.count { reader.refuse("hosts", .noHostOfAnEstablishment) }
        if hosts.count > EstablishmentLook.mostHosts { reader.refuse("hosts", .tooManyHosts) }
        return hosts
    }

    /// What the rules refuse, at its field.
    private func refuse(_ problem: Problem, _ reader: inout FormReader) {
        guard problem.code == .invalidBody else {
            reader.refuse("hosts", .hostIsTaken(problem.detail?.fr ?? ""))
            return
        }
        for error in problem.errors {
            guard case .pointer(let pointer) = error.place else { continue }
            reader.refuse(
                pointer.hasPrefix("/hosts") ? "hosts" : String(pointer.dropFirst("/theme/".count)), error.reason)
        }
    }
}
