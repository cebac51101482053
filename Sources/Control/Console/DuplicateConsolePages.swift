internal import HTTP
internal import Identity
internal import Tenancy
package import Web

/// Accounts of an establishment that may be one person's: looked at, made one, said to be two, made two again.
package struct DuplicateConsolePages: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [list, merge, distinct, unmerge] }

    /// Pairs on one page.
    private static let mostPairs = 50
    private static let path = [Parameter.uai("establishment", "Its UAI.")]
    private static let pair: [Parameter] = [
        .uuid("keep", "The account that stays.").required, .uuid("merge", "The other.").required,
    ]

    private var list: Route {
        .page(
            .get, "/establishments/{establishment}/duplicates", access: ConsolePages.access, tag: "Console",
            summary: "Pairs of accounts that may be one person's.", parameters: Self.path,
            query: [
                .flag("done", "Says that it is done."), .integer("from", 0...200, "How many pairs come before."),
            ], errors: [.noRight]
        ) { call in
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.done[call.language])) }
            return call.page(try await page(of: try service.establishment(call, for: .accounts), call))
        }
    }

    private func page(of establishment: Establishment, refusal: Problem? = nil, _ call: Call) async throws -> Page {
        let language = call.language
        let pairs = try await DuplicatePair.find(in: establishment, service)
        let merged = try await MergedPairStore.of(establishment.id, limit: Self.mostPairs, in: service.directory)
        var main = Component.heading(Phrase.duplicates[language], lead: HTML(text: establishment.name))
        if let refusal {
            main += Notice(.error, "\(refusal.code.title[language]). \(refusal.code.meaning[language])")
                .html(language, isLive: true)
        }
        if pairs.isEmpty {
            main += Component.emptyState(
                Phrase.noDuplicates[language], HTML(text: Phrase.noDuplicatesLead[language]))
        } else {
            main += "<p>\(Phrase.duplicatesLead[language])</p>"
            let from = call.query.integer("from") ?? 0
            for pair in pairs.dropFirst(from).prefix(Self.mostPairs) { main += card(of: pair, establishment, call) }
            let here: Link = "/establishments/\(establishment.uai.rawValue)/duplicates"
            let next = from + Self.mostPairs
            main += Component.pagination(
                first: from > 0 ? here : nil,
                next: pairs.count > next ? here.adding("from", String(next)) : nil, language)
        }
        if !merged.isEmpty { main += Component.card(table(of: merged, establishment, call)) }
        return Page(title: .duplicates, main: main)
    }

    private func card(of pair: DuplicatePair, _ establishment: Establishment, _ call: Call) -> HTML {
        let language = call.language
        func account(_ id: AccountID, _ login: String, _ roles: [String]) -> HTML {
            let words = roles.map { AccountTexts.role($0)[language] }.joined(separator: ", ")
            return """
                <a href="/accounts/\(id.rawValue)">\(Self.breakable(login))</a><br>\(words.isEmpty ? "–" : words)
                """
        }
        func keep(_ kept: AccountID, _ label: Phrase, _ other: AccountID) -> HTML {
            button("merge", label, kept, other, pair.name, establishment, call)
        }
        let shown = Component.facts([
            (Phrase.firstAccount[language], account(pair.first, pair.firstLogin, pair.firstRoles)),
            (Phrase.secondAccount[language], account(pair.second, pair.secondLogin, pair.secondRoles)),
            (Phrase.likelihood[language], HTML(text: "\(pair.score)\u{A0}/\u{A0}100")),
        ])
        return Component.card(
            pair.name,
            """
            \(shown)<div class="actions">\(keep(pair.first, .keepFirst, pair.second))\
            \(keep(pair.second, .keepSecond, pair.first))\
            \(button("distinct", .twoPeople, pair.first, pair.second, pair.name, establishment, call))</div>
            """)
    }

    /// A login that a narrow screen may break at its dots.
    private static func breakable(_ login: String) -> HTML {
        let parts = login.split(separator: ".", omittingEmptySubsequences: false)
        return "\(parts.dropLast().html { "\($0).<wbr>" })\(parts.last ?? "")"
    }

    private func button(
        _ act: String, _ label: Phrase, _ kept: AccountID, _ other: AccountID, _ name: String,
        _ establishment: Establishment, _ call: Call
    ) -> HTML {
        """
        <form method="post" action="/establishments/\(establishment.uai.rawValue)/duplicates/\(act)">\
        \(Component.token(call.frame.forgeryToken))<input type="hidden" name="keep" value="\(kept.rawValue)">\
        <input type="hidden" name="merge" value="\(other.rawValue)"><button class="button" type="submit">\
        \(label[call.language])<span class="unseen"> – \(name)</span></button></form>
        """
    }

    private func table(of merged: [MergedPair], _ establishment: Establishment, _ call: Call) -> HTML {
        let language = call.language
        var table = Table(
            Phrase.mergedAccounts[language], id: "merged",
            [
                .text(Phrase.nameColumn[language]), .text(Phrase.mergedLogin[language]),
                .text(Phrase.keptLogin[language]), .text(Phrase.mergedOn[language]),
                .text(Phrase.actionColumn[language]),
            ])
        for each in merged {
            table.add([
                HTML(text: each.name), HTML(text: each.mergedLogin),
                "<a href=\"/accounts/\(each.kept.rawValue)\">\(each.keptLogin)</a>",
                ConsolePages.moment(each.mergedAt, language),
                """
                <form method="post" action="/establishments/\(establishment.uai.rawValue)/duplicates/unmerge">\
                \(Component.token(call.frame.forgeryToken))<input type="hidden" name="account" value="\(each.merged.rawValue)">\
                <button class="button quiet" type="submit">\(Phrase.unmerge[language])\
                <span class="unseen"> – \(each.mergedLogin)</span></button></form>
                """,
            ])
        }
        return table.html
    }

    // MARK: Deciding

    private func accounts(_ call: Call) async throws -> (kept: FoundAccount, merged: FoundAccount) {
        let reader = FormReader(try await call.form())
        var reading = reader
        guard let keep = reading.uuid("keep"), let merge = reading.uuid("merge") else {
            throw Problem(.malformedRequest)
        }
        let kept = try await service.account(AccountID(rawValue: keep), call)
        let merged = try await service.account(AccountID(rawValue: merge), call)
        return (try await service.mayActOn(kept, call), try await service.mayActOn(merged, call))
    }

    /// What the act refuses is said on the page of pairs.
    private func deciding(_ call: Call, _ act: (Establishment) async throws -> Void) async throws -> Response {
        let establishment = try service.establishment(call, for: .accounts)
        do {
            try await act(establishment)
        } catch let problem as Problem where problem.code == .notMergeable || problem.code == .accountAboveYours {
            return call.page(
                try await page(of: establishment, refusal: problem, call), status: Status(rawValue: problem.status))
        }
        return .seeOther("/establishments/\(establishment.uai.rawValue)/duplicates?done=1")
    }

    private var merge: Route {
        .page(
            .post, "/establishments/{establishment}/duplicates/merge", access: ConsolePages.access, tag: "Console",
            summary: "Makes two accounts of one person one; can be undone.", parameters: Self.path,
            body: .form(Self.pair), errors: [.noRight, .accountAboveYours, .notMergeable]
        ) { call in
            try await deciding(call) { _ in
                let (kept, merged) = try await accounts(call)
                try await service.merge(merged, into: kept, call)
            }
        }
    }

    private var distinct: Route {
        .page(
            .post, "/establishments/{establishment}/duplicates/distinct", access: ConsolePages.access, tag: "Console",
            summary: "Says that two accounts are two people.", parameters: Self.path, body: .form(Self.pair),
            errors: [.noRight, .accountAboveYours, .notMergeable]
        ) { call in
            try await deciding(call) { _ in
                let (kept, merged) = try await accounts(call)
                try await service.setDistinct(kept, merged, call)
            }
        }
    }

    private var unmerge: Route {
        .page(
            .post, "/establishments/{establishment}/duplicates/unmerge", access: ConsolePages.access, tag: "Console",
            summary: "Makes an account that was merged one of its own again.", parameters: Self.path,
            body: .form([.uuid("account", "The account that was merged.").required]),
            errors: [.noRight, .accountAboveYours, .notMergeable]
        ) { call in
            try await deciding(call) { _ in
                var reader = FormReader(try await call.form())
                guard let id = reader.uuid("account") else { throw Problem(.malformedRequest) }
                try await service.unmerge(AccountID(rawValue: id), call)
            }
        }
    }
}
