internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

extension ConsolePages {
    var absenteeRoutes: [Route] { [absenteeCounts, absenteesOfSchool, printLetters, sendMails] }

    private var absenteeCounts: Route {
        .page(
            .get, "/never-connected", access: ConsolePages.access, tag: "Console",
            summary: "Who has never connected, by establishment and profile.",
            query: [
                .slug("territory", "Only this territory's."),
                .integer("days", 1...400, "Out of sight: no visit for so many days; 15 when absent."),
                .token("cursor", "Where to go on."),
            ]
        ) { call in
            let language = call.language
            let days = call.query.integer("days") ?? ConsolePages.usualDays
            // From the beginning of a day, as the list that the number leads to.
            let day = CivilDate(daysSince1970: Int(call.now / 86_400_000_000) - days)
            let charge = service.charge(call)
            let (wanted, after) = (call.query.text("territory"), call.query.text("cursor") ?? "")
            let map = service.tenancy.map
            let page = Array(
                map.inOrder.lazy.filter { establishment in
                    establishment.uai.rawValue > after && (wanted == nil || establishment.territory.rawValue == wanted)
                        && charge.covers(establishment, .accounts)
                }.prefix(26))
            let counts = try await service.neverConnected.counts(
                of: page.prefix(25).map(\.id), unseenSince: Int64(day.daysSince1970) * 86_400_000_000)
            var table = Table(
                Phrase.neverConnected[language], id: "absentees",
                [
                    .text(Phrase.establishments[language]), .text(Phrase.role[language]), .number(Phrase.all[language]),
                    .number(Phrase.neverCame[language]), .number(Phrase.unseenFor(days)[language]),
                ], hidesCaption: true)
            for count in counts {
                guard let establishment = map[count.establishment] else { continue }
                table.add([
                    "<a href=\"/establishments/\(establishment.uai.rawValue)/never-connected\">\(establishment.name)</a>",
                    HTML(text: AccountTexts.role(count.role)[language]), HTML(text: language.number(count.all)),
                    ConsolePages.number(count.never, of: count, establishment, language) {
                        $0.adding("never_connected", "1")
                    },
                    ConsolePages.number(count.unseen, of: count, establishment, language) {
                        $0.adding("unseen_since", day.description)
                    },
                ])
            }
            var main = Component.heading(
                Phrase.neverConnected[language], lead: HTML(text: Phrase.neverConnectedLead[language]))
            main += FilterBar(
                "/never-connected",
                [
                    Field(
                        "days", Phrase.outOfSightDays[language], .input(type: "number"), value: String(days),
                        hint: Phrase.outOfSightDaysHint[language], maxLength: 3, inputMode: "numeric")
                ], kept: wanted.map { [("territory", $0)] } ?? []
            ).html(language)
            main += counts.isEmpty ? Component.emptyState(Phrase.nothingFound[language]) : Component.card(table.html)
            var next: Link?
            if page.count > 25 {
                next = "/never-connected?cursor=\(page[24].uai.rawValue)"
                if let wanted { next = next?.adding("territory", wanted) }
                if days != ConsolePages.usualDays { next = next?.adding("days", String(days)) }
            }
            main += Component.pagination(first: after.isEmpty ? nil : "/never-connected", next: next, language)
            return call.page(Page(title: .neverConnected, main: main))
        }
    }

    private static let usualDays = 15

    /// How many, which leads to who.
    private static func number(
        _ number: Int, of count: NeverConnectedStore.Count, _ establishment: Establishment, _ language: Language,
        _ narrowing: (Link) -> Link
    ) -> HTML {
        guard number > 0 else { return HTML(text: language.number(0)) }
        let list: Link = "/accounts?establishment=\(establishment.uai.rawValue)&role=\(count.role)"
        return "<a href=\"\(narrowing(list))\">\(language.number(number))</a>"
    }

    private static let path = [Parameter.uai("establishment", "Its UAI.")]

    private var absenteesOfSchool: Route {
        .page(
            .get, "/establishments/{establishment}/never-connected", access: ConsolePages.access, tag: "Console",
            summary: "By class, with letters and what came of them.", parameters: ConsolePages.path, errors: [.noRight]
        ) { call in
            let language = call.language
            let establishment = try service.establishment(call, for: .accounts)
            let classes = try await service.absentees(of: establishment, only: nil, since: nil)
            let campaigns = try await service.neverConnected.campaigns(of: establishment.id, limit: 20)
            let uai = establishment.uai.rawValue
            var main = Component.heading(Phrase.neverConnected[language], lead: HTML(text: establishment.name))
            guard !classes.isEmpty else {
                main += Component.emptyState(Phrase.noClasses[language], HTML(text: Phrase.noClassesLead[language]))
                return call.page(Page(title: .neverConnected, main: main))
            }
            main += Component.card(
                ConsolePages.act("/establishments/\(uai)/letters", .printLetters, .printLettersLead, call))
            if service.sendsMail {
                main += Component.card(
                    ConsolePages.act("/establishments/\(uai)/mails", .sendMails, .sendMailsLead, call))
            }
            var table = Table(
                Phrase.itsAbsentees[language], id: "classes",
                [
                    .text(Phrase.className[language]), .text(Phrase.pupils[language]),
                    .text(Phrase.guardians[language]),
                    .text(Phrase.neitherGuardian[language]),
                ])
            for each in classes {
                table.add([
                    HTML(text: each.name), ConsolePages.names(each.pupils.map(\.name), of: each.pupilCount, language),
                    ConsolePages.names(each.guardians.map(\.name), of: each.guardianCount, language),
                    ConsolePages.names(each.withoutGuardians, of: each.pupilCount, language),
                ])
            }
            main += Component.card(table.html)
            if !campaigns.isEmpty { main += Component.card(ConsolePages.table(of: campaigns, language)) }
            return call.page(Page(title: .neverConnected, main: main, width: .wide))
        }
    }

    private static func names(_ names: [String], of all: Int, _ language: Language) -> HTML {
        let count: HTML = "\(language.number(names.count))\u{A0}/\u{A0}\(language.number(all))"
        guard !names.isEmpty else { return count }
        return "<details><summary>\(count)</summary><ul>\(names.html { "<li>\($0)</li>" })</ul></details>"
    }

    private static func table(of campaigns: [NeverConnectedStore.Campaign], _ language: Language) -> HTML {
        var table = Table(
            Phrase.campaigns[language], id: "campaigns",
            [
                .text(Phrase.begun[language]), .text(Phrase.means[language]), .number(Phrase.recipients[language]),
                .number(Phrase.neverCame[language]), .number(Phrase.cameSince[language]),
                .number(Phrase.mailsRefused[language]), .number(Phrase.mailsUnsure[language]),
            ])
        for campaign in campaigns {
            table.add([
                "<a href=\"/jobs/\(campaign.id)\">\(moment(campaign.createdAt, language))</a>",
                HTML(text: (campaign.means == "mail" ? Phrase.byMail : Phrase.byLetter)[language]),
                HTML(text: language.number(campaign.recipients)), HTML(text: language.number(campaign.neverBefore)),
                HTML(text: language.number(campaign.sinceThen)), HTML(text: language.number(campaign.refused)),
                HTML(text: language.number(campaign.unsure)),
            ])
        }
        return table.html
    }

    private var printLetters: Route {
        .page(
            .post, "/establishments/{establishment}/letters", access: ConsolePages.access, tag: "Console",
            summary: "Prints letters for those who never came.", parameters: ConsolePages.path, body: .form([]),
            errors: [.noRight]
        ) { call in
            let establishment = try service.establishment(call, for: .accounts)
            let id = try await service.printLetters(
                of: establishment, roles: ["pupil", "guardian"], audience: LetterJob.Audience.neverConnected.rawValue,
                group: nil, language: "fr", call)
            return .seeOther("/jobs/\(id.rawValue)")
        }
    }

    private var sendMails: Route {
        .page(
            .post, "/establishments/{establishment}/mails", access: ConsolePages.access, tag: "Console",
            summary: "Writes by mail to guardians who never came.", parameters: ConsolePages.path, body: .form([]),
            errors: [.noRight, .noMail]
        ) { call in
            let establishment = try service.establishment(call, for: .accounts)
            let id = try await service.sendMails(
                to: establishment, roles: ["guardian"], group: nil, language: "fr", call)
            return .seeOther("/jobs/\(id.rawValue)")
        }
    }
}
