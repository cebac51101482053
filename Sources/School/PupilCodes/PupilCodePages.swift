internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// The pages on which a school gives its pupils codes.
struct PupilCodePages: Sendable {
    private let service: PupilCodeService

    init(_ service: PupilCodeService) { self.service = service }

    var routes: [Route] { [choose, roll, issue] }

    private static let path = "/pupil-codes/{establishment}/{group}"

    // MARK: Which class

    private var choose: Route {
        .page(
            .get, "/pupil-codes", access: PupilCodeAPI.givers, tag: "Pupils' codes",
            summary: "The classes whose pupils one may give codes to."
        ) { call in
            let language = call.language
            var main = Component.heading(
                Phrase.pupilCodes[language], lead: HTML(text: Phrase.pupilCodesLead[language]))
            let givers = try service.givers(call)
            for giver in givers {
                let title = givers.count > 1 ? giver.establishment.name : Phrase.chooseClass[language]
                // A shard that does not answer takes nothing from another school's.
                do {
                    let groups = try await service.groups(giver)
                    main += Component.card(title, PupilCodePages.list(groups, giver, language))
                } catch let error as TenancyError where error.isPassing && givers.count > 1 {
                    main += Component.card(title, Component.emptyState(error.problem.code.title[language]))
                }
            }
            return call.page(Page(title: .pupilCodes, main: main))
        }
    }

    private static func list(
        _ groups: [PupilCodeGroup], _ giver: PupilCodeService.Giver, _ language: Language
    ) -> HTML {
        guard !groups.isEmpty else {
            return Component.emptyState(
                Phrase.noClassOfYours[language], HTML(text: Phrase.noClassOfYoursLead[language]))
        }
        let items = groups.html { group in
            "<li>\(Component.button(group.name, to: link(giver, group.id)))</li>"
        }
        return "<ul class=\"actions\">\(items)</ul>"
    }

    private static func link(_ giver: PupilCodeService.Giver, _ group: GroupID) -> Link {
        "/pupil-codes/\(giver.establishment.uai.rawValue)/\(group.rawValue)"
    }

    // MARK: One class

    private var roll: Route {
        .page(
            .get, PupilCodePages.path, access: PupilCodeAPI.givers, tag: "Pupils' codes",
            summary: "The pupils of a class, and the buttons that give codes.",
            parameters: [PupilCodeAPI.establishment, PupilCodeAPI.group]
        ) { call in
            let giver = try service.giver(call)
            let roll = try await service.roll(giver, GroupID(rawValue: try call.path.uuid("group")))
            return call.page(page(of: roll.group, roll.pupils, giver, call))
        }
    }

    private func page(
        of group: PupilCodeGroup, _ pupils: [PupilCodeHolder], _ giver: PupilCodeService.Giver, _ call: Call
    ) -> Page {
        let language = call.language
        var main = Component.heading(
            "\(Phrase.pupilCodes[language]) · \(group.name)", lead: HTML(text: Phrase.pupilCodesLead[language]))
        guard !pupils.isEmpty else {
            main += Component.emptyState(Phrase.noPupilHere[language])
            return Page(title: .pupilCodes, main: main)
        }
        let action = PupilCodePages.link(giver, group.id)
        let withAccount = pupils.filter { $0.account != nil }
        if giver.mayGiveMany, withAccount.count > 1, withAccount.count <= PupilCodeService.most {
            let hidden = withAccount.html { Component.hidden("pupil", $0.person.rawValue.description) ?? .empty }
            main += Component.card(
                """
                <p>\(Phrase.codesForClassLead[language])</p><form method="post" action="\(action)">\
                \(Component.token(call.frame.forgeryToken))\(hidden)\
                <div class="actions"><button class="button" type="submit">\(Phrase.codesForClass[language])</button></div></form>
                """)
        }
        var table = Table(
            group.name, id: "pupils",
            [
                .text(Phrase.pupilColumn[language]), .text(Phrase.loginColumn[language]),
                .text(Phrase.accountColumn[language]), .text(Phrase.actColumn[language]),
            ], hidesCaption: true)
        for pupil in pupils {
            table.add([
                HTML(text: pupil.name), HTML(text: pupil.account == nil ? "–" : pupil.login),
                PupilCodePages.state(of: pupil, language), button(pupil, action, call),
            ])
        }
        main += Component.card(table.html)
        return Page(title: .pupilCodes, main: main)
    }

    private static func state(of pupil: PupilCodeHolder, _ language: Language) -> HTML {
        guard pupil.account != nil else { return HTML(text: Phrase.noAccountYet[language]) }
        let asked: HTML? = pupil.hasAsked ? " \(Component.tag(Phrase.hasAskedForCode[language], .warning))" : nil
        return "\((pupil.isPending ? Phrase.awaitsActivation : .accountInUse)[language])\(asked)"
    }

    private func button(_ pupil: PupilCodeHolder, _ action: Link, _ call: Call) -> HTML {
        guard pupil.account != nil else { return "–" }
        return """
            <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
            \(Component.hidden("pupil", pupil.person.rawValue.description))\
            <button class="button" type="submit">\(Phrase.giveCodeTo(pupil.name)[call.language])</button></form>
            """
    }

    // MARK: Giving

    private var issue: Route {
        .page(
            .post, PupilCodePages.path, access: PupilCodeAPI.givers, tag: "Pupils' codes",
            summary: "Gives codes and shows them, once.",
            parameters: [PupilCodeAPI.establishment, PupilCodeAPI.group],
            body: .form([.uuid("pupil", "A pupil; several by the head alone.").required]),
            errors: [.onePupilAtATime, .tooManyCodes]
        ) { call in
            let giver = try service.giver(call)
            let people = try await call.form().all("pupil").compactMap { UUID($0) }.map { PersonID(rawValue: $0) }
            let group = GroupID(rawValue: try call.path.uuid("group"))
            let outcome = try await service.issue(to: Set(people), of: group, giver, call)
            // Shown in the answer to the post and nowhere else: neither an address nor a cache has them.
            var response = call.page(
                PupilCodePages.given(outcome, back: PupilCodePages.link(giver, group), call.language))
            response.headers.set("Cache-Control", "no-store")
            return response
        }
    }

    private static func given(_ outcome: IssuedPupilCodes, back: Link, _ language: Language) -> Page {
        var main = Component.heading(
            Phrase.codesGiven[language],
            actions: Component.button(Phrase.backToClass[language], to: back))
        if !outcome.codes.isEmpty {
            main += Notice(.information, Phrase.printCodes[language]).html(language)
            var table = Table(
                Phrase.codesGiven[language], id: "codes",
                [
                    .text(Phrase.pupilColumn[language]), .text(Phrase.loginColumn[language]),
                    .text(Phrase.codeColumn[language]),
                ], hidesCaption: true)
            for issued in outcome.codes {
                table.add([
                    HTML(text: issued.name), HTML(text: issued.login),
                    "<strong class=\"code\">\(issued.code.description)</strong>",
                ])
            }
            let lasts = Phrase.codesLast(seconds: outcome.seconds)[language]
            main += Component.card("\(table.html)<p>\(lasts) \(Phrase.codeUse[language])</p>")
        }
        if !outcome.refused.isEmpty {
            let names = outcome.refused.html { "<li>\($0.name)</li>" }
            main += Component.card("<p>\(Phrase.refusedCodes[language])</p><ul>\(names)</ul>")
        }
        return Page(title: .codesGiven, main: main)
    }
}
