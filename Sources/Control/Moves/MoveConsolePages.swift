internal import HTTP
internal import Runtime
internal import Tenancy
package import Web

/// The console's pages of shards and moves: how each shard is, what moves, and for the platform's administrators the orders.
package struct MoveConsolePages: Sendable {
    private let moves: MoveControl
    private let shards: ShardControl

    package init(_ moves: MoveControl, _ shards: ShardControl) {
        self.moves = moves
        self.shards = shards
    }

    package var routes: [Route] { [list, plan, orderPlan, show, order] + Act.allCases.map(act) }

    private static let path: [Parameter] = [.integer("move", 1...Int.max, "Its number.")]
    private static let pageLength = 50

    // MARK: At a glance

    private var list: Route {
        .page(
            .get, "/moves", access: ConsolePages.access, tag: "Console",
            summary: "The shards, and the moves of what is in one's charge.",
            query: [.integer("before", 1...Int.max, "Where to go on.")]
        ) { call in
            let language = call.language
            let before = call.query.integer("before").map(Int64.init)
            let found = try await moves.page(before: before, limit: Self.pageLength + 1, call)
            let mayOrder = moves.mayOrder(call)
            var main = Component.heading(
                Phrase.moves[language], lead: HTML(text: Phrase.movesLead[language]),
                actions: mayOrder ? Component.button(Phrase.showSpread[language], to: "/moves/plan") : nil)
            if before == nil { main += Component.card(await table(of: call)) }
            guard !found.isEmpty else {
                main += Component.emptyState(
                    Phrase.noMoves[language], mayOrder ? HTML(text: Phrase.noMovesLead[language]) : nil)
                return call.page(Page(title: .moves, main: main))
            }
            var table = Table(
                Phrase.movesTable[language], id: "moves",
                [
                    .text(Phrase.moveNumber[language]), .text(Phrase.movedEstablishment[language]),
                    .text(Phrase.fromTo[language]), .text(Phrase.state[language]), .text(Phrase.moveOrdered[language]),
                ])
            for move in found.prefix(Self.pageLength) {
                table.add([
                    "<a href=\"\(move.page)\">\(Phrase.moveTitle(move.id)[language])</a>",
                    HTML(text: name(move)), HTML(text: "\(move.source) → \(move.target)"),
                    Component.tag(move.state.phrase[language], move.state.kind),
                    ConsolePages.instant(move.createdAt, language),
                ])
            }
            main += Component.card(table.html)
            main += Component.pagination(
                first: before == nil ? nil : "/moves",
                next: found.count > Self.pageLength ? "/moves?before=\(String(found[Self.pageLength - 1].id))" : nil,
                language)
            return call.page(Page(title: .moves, main: main))
        }
    }

    /// Each shard with how its server is now; one that does not answer says so.
    private func table(of call: Call) async -> HTML {
        let language = call.language
        let tenancy = moves.service.tenancy
        let states = await tenancy.onEveryShard { shard in try await shard.serverState() }
        let map = tenancy.map
        var table = Table(
            Phrase.shards[language], id: "shards",
            [
                .text("Shard"), .text(Phrase.state[language]), .number(Phrase.weight[language]),
                .number(Phrase.establishments[language]), .number(Phrase.databaseSize[language]),
                .number(Phrase.standbys[language]), .number(Phrase.behindBy[language]),
            ])
        for shard in map.shards.values.sorted(by: { $0.id < $1.id }) {
            let server = states.first { $0.shard == shard.id }.flatMap { try? $0.result.get() }
            table.add([
                HTML(text: "\(shard.id) · \(shard.name)"), HTML(text: shard.state.phrase[language]),
                HTML(text: language.number(shard.weight)),
                HTML(text: language.number(map.establishments(on: shard.id).count)),
                HTML(text: server.map { Phrase.megabytes($0.size)[language] } ?? Phrase.doesNotAnswer[language]),
                HTML(text: server?.standbys.map(language.number) ?? "–"),
                HTML(text: server?.lagMilliseconds.map { Phrase.milliseconds(Double($0))[language] } ?? "–"),
            ])
        }
        return table.html
    }

    private func name(_ move: Move) -> String {
        moves.service.tenancy.map[move.establishment].map { "\($0.uai.rawValue) \($0.name)" }
            ?? move.establishment.description
    }

    // MARK: One move

    private var show: Route {
        .page(
            .get, "/moves/{move}", access: ConsolePages.access, tag: "Console",
            summary: "One move: how far it is, and what can be done.", parameters: Self.path,
            query: [.flag("live", "Loads itself again every two seconds, which somebody has asked for.")],
            errors: [.moveUnknown]
        ) { call in
            let move = try await moves.move(Int64(try call.path.integer("move")), call)
            let language = call.language
            var main = Component.heading(
                Phrase.moveTitle(move.id)[language],
                lead: HTML(text: "\(name(move)) · \(move.source) → \(move.target)"))
            main += Component.card(
                move.state.isOver ? facts(of: move, call) : facts(of: move, call) + follow(move, call))
            if moves.mayOrder(call) {
                for act in Act.allCases where act.isPossible(move) {
                    main += Component.card(
                        ConsolePages.act("/moves/\(String(move.id))/\(act.rawValue)", act.label, act.lead, call))
                }
            }
            var page = Page(title: .moveTitle(move.id), main: main)
            // Only when asked for: a page that changes by itself interrupts whoever reads it slowly (WCAG 2.2.1).
            if call.query.flag("live"), !move.state.isOver { page.refreshAfter = 2 }
            return call.page(page)
        }
    }

    private func facts(of move: Move, _ call: Call) -> HTML {
        let language = call.language
        var facts: [(term: String, value: HTML)] = [
            (Phrase.state[language], Component.tag(move.state.phrase[language], move.state.kind)),
            (Phrase.moveOrdered[language], ConsolePages.instant(move.createdAt, language)),
        ]
        if let left = move.secondsLeft(now: call.now) {
            facts.append((Phrase.timeLeft[language], HTML(text: Phrase.seconds(left)[language])))
        }
        if let pause = move.pauseMilliseconds {
            facts.append((Phrase.writesWaited[language], HTML(text: Phrase.milliseconds(pause)[language])))
            facts.append((Phrase.comparison[language], HTML(text: move.verification.phrase[language])))
        }
        if move.state == .done {
            let until: HTML? = move.wayBackUntil.map { ", \(ConsolePages.instant($0, language))" }
            facts.append((Phrase.wayBackTerm[language], "\(move.wayBack.phrase[language])\(until)"))
        }
        if !move.error.isEmpty { facts.append((Phrase.stoodInTheWay[language], HTML(text: move.error))) }
        let progress: HTML? =
            move.rowsExpected > 0
            ? Component.progress(
                Phrase.rowsCopied[language], Int(move.rowsCopied), of: Int(max(move.rowsExpected, move.rowsCopied)),
                language) : nil
        return "\(Component.facts(facts))\(progress)"
    }

    private func follow(_ move: Move, _ call: Call) -> HTML {
        call.query.flag("live")
            ? "<p><a href=\"\(move.page)\">\(Phrase.followMoveStill[call.language])</a></p>"
            : "<p><a href=\"\(move.page.adding("live", "1"))\">\(Phrase.followMove[call.language])</a></p>"
    }

    /// What can be done with a move.
    private enum Act: String, CaseIterable {
        case cancel
        case reverse
        case complete

        var label: Phrase {
            switch self {
            case .cancel: .cancelMove
            case .reverse: .reverseMove
            case .complete: .completeMove
            }
        }

        var lead: Phrase {
            switch self {
            case .cancel: .cancelMoveLead
            case .reverse: .reverseMoveLead
            case .complete: .completeMoveLead
            }
        }

        var summary: String {
            switch self {
            case .cancel: "Gives a move up, as long as it has not switched."
            case .reverse: "Takes a move back over its open way."
            case .complete: "Closes a move's way back."
            }
        }

        func isPossible(_ move: Move) -> Bool {
            switch self {
            case .cancel: move.state.precedesTheFlip && move.state != .verifying && !move.isCancelled
            case .reverse, .complete: move.state == .done && move.wayBack == .open
            }
        }
    }

    private func act(_ act: Act) -> Route {
        .page(
            .post, "/moves/{move}/\(act.rawValue)", access: ConsolePages.access, tag: "Console", summary: act.summary,
            parameters: Self.path, body: .form([]),
            errors: [.noRight, .moveUnknown, .moveNotNow, .moverNotConfigured]
        ) { call in
            let move = try await moves.move(Int64(try call.path.integer("move")), call)
            let changed =
                switch act {
                case .cancel: try await moves.cancel(move.id, call)
                case .reverse: try await moves.reverse(move.id, MoveDesk.Order(), call)
                case .complete: try await moves.complete(move.id, call)
                }
            return .seeOther(changed.page)
        }
    }

    // MARK: Ordering

    private var order: Route {
        .page(
            .post, "/establishments/{establishment}/moves", access: ConsolePages.access, tag: "Console",
            summary: "Orders the move of an establishment to another shard, while it is in use.",
            parameters: [.uai("establishment", "Its UAI.")],
            body: .form([
                .integer("to", 1...32_767, "The shard.").required,
                .flag("force", "Also between 7:30 and 9:00."),
            ]), errors: [.noRight, .moveRefused, .moverNotConfigured]
        ) { call in
            let establishment = try moves.service.establishment(call, for: .establishments)
            let form = try await call.form()
            var order = MoveDesk.Order()
            order.isForced = form["force"] != nil
            guard let target = form["to"].flatMap({ Int16($0) }) else {
                throw MoveError.refused(Phrase.noSuchShard[call.language])
            }
            let move = try await moves.order(establishment, to: ShardID(rawValue: target), order, call)
            return .seeOther(move.page)
        }
    }

    private var plan: Route {
        .page(
            .get, "/moves/plan", access: ConsolePages.access, tag: "Console",
            summary: "Which establishments would move so that each shard has its share.", errors: [.noRight]
        ) { call in
            try moves.service.charge(call).requirePlatform(.establishments)
            return call.page(page(of: try await shards.plan(ShardControl.Wish()), call))
        }
    }

    private func page(of plan: ShardPlan, _ call: Call) -> Page {
        let language = call.language
        var main = Component.heading(Phrase.planTitle[language], lead: HTML(text: Phrase.planLead[language]))
        guard !plan.steps.isEmpty else {
            main += Component.emptyState(
                Phrase.planIsEmpty[language], HTML(text: Phrase.planIsEmptyLead[language]),
                action: Component.button(Phrase.moves[language], to: "/moves"))
            return Page(title: .planTitle, main: main)
        }
        var table = Table(
            Phrase.planTitle[language], id: "plan",
            [
                .text(Phrase.movedEstablishment[language]), .text(Phrase.fromTo[language]),
                .number(Phrase.people[language]),
            ], hidesCaption: true)
        for step in plan.steps {
            table.add([
                HTML(text: "\(step.uai.rawValue) \(moves.service.tenancy.map[step.uai]?.name ?? "")"),
                HTML(text: "\(step.from) → \(step.to)"),
                HTML(text: language.number(step.people)),
            ])
        }
        main += Component.card(table.html)
        main += Component.card(ConsolePages.act("/moves/plan", .orderPlan, .orderPlanLead, call))
        return Page(title: .planTitle, main: main)
    }

    private var orderPlan: Route {
        .page(
            .post, "/moves/plan", access: ConsolePages.access, tag: "Console",
            summary: "Orders the moves of the plan of now.", body: .form([]),
            errors: [.noRight, .moveRefused, .moverNotConfigured]
        ) { call in
            let (plan, refused) = try await shards.carryOut(ShardControl.Wish(), call)
            let said = Phrase.ordered(plan.steps.count - refused.count, refused: refused)[call.language]
            call.frame.notices.append(Notice(refused.isEmpty ? .success : .warning, said))
            let back = Component.button(Phrase.moves[call.language], to: "/moves", isMain: true)
            let main: HTML = """
                \(Component.heading(Phrase.planTitle[call.language]))<p class="actions">\(back)</p>
                """
            return call.page(Page(title: .planTitle, main: main))
        }
    }
}

extension Move {
    fileprivate var page: Link { "/moves/\(Int(id))" }
}

extension ConsolePages {
    /// The order of a move, on the page of an establishment: for those whose charge is the platform, where there is another shard.
    func moveCard(_ establishment: Establishment, _ call: Call) -> HTML? {
        guard service.charge(call).coversPlatform(.establishments), let placement = establishment.placement else {
            return nil
        }
        let others = service.tenancy.map.shards.values.filter { $0.state == .active && $0.id != placement.shard }
            .sorted { $0.id < $1.id }
        guard !others.isEmpty else { return nil }
        let language = call.language
        var force = Field("force", Phrase.atTheBell[language], .box, isRequired: false)
        force.saysOptional = false
        let form = PostForm(
            "/establishments/\(establishment.uai.rawValue)/moves",
            [
                Field(
                    "to", Phrase.moveTarget[language],
                    .select(others.map { ("\($0.id)", "\($0.id) · \($0.name)") }),
                    hint: Phrase.moveTargetHint[language]),
                force,
            ], submit: Phrase.moveIt[language], forgeryToken: call.frame.forgeryToken)
        return Component.card(Phrase.moveIt[language], form.html(language))
    }
}
