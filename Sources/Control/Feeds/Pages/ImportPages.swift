internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// One import as people read it.
enum ImportPages {
    /// - Parameters:
    ///   - draft: the table that it was made of, while it is there.
    ///   - reader: what was answered, where that is not enough.
    static func page(of feed: FeedImport, draft: UUID?, answer reader: FormReader? = nil, _ call: Call) -> Page {
        let language = call.language
        let result = FeedResult(FeedResult.json(feed.result))
        var main = Component.heading(
            FeedTexts.format(feed.kind)[language], lead: HTML(text: feed.state.lead[language]))
        main += Component.card(
            Component.facts([
                (Phrase.state[language], Component.tag(feed.state.phrase[language], feed.state.kind)),
                (Phrase.recordsReceived[language], HTML(text: language.number(feed.received))),
            ]))
        if feed.state == .applying {
            main += Component.card(
                Component.progress(Phrase.progress[language], feed.peopleDone, of: feed.people, language))
        }
        if feed.state == .planned || feed.state == .waiting || feed.state == .applying {
            main += decision(feed, result, reader, call)
        }
        if let draft, !feed.state.isOver {
            main += Component.card(
                Phrase.correctTable[language],
                """
                <p>\(Phrase.correctTableLead[language])</p><p class="actions">\
                \(Component.button(Phrase.backToTable[language], to: "/imports/tables/\(draft)"))</p>
                """)
        }
        if feed.state != .refused, feed.state != .receiving { main += numbers(result, language) }
        if !result.plan.isEmpty { main += places(result, language) }
        if !result.anomalies.isEmpty { main += anomalies(result, language) }
        main += "<p class=\"actions\">\(Component.button(Phrase.allImports[language], to: "/imports"))</p>"
        return Page(title: .imports, main: main)
    }

    /// What has to be said before it is carried out, and the button.
    private static func decision(
        _ feed: FeedImport, _ result: FeedResult, _ reader: FormReader?, _ call: Call
    ) -> HTML {
        let language = call.language
        guard feed.state == .waiting else {
            return Component.card(
                ConsolePages.act(
                    "/imports/\(feed.id)/apply", feed.state == .applying ? .goOn : .applyImport,
                    feed.state == .applying ? .goOnLead : .applyImportLead, call))
        }
        let alarms = result.alarms.html { "<li>\(FeedTexts.alarm($0)[language])</li>" }
        var form = PostForm(
            "/imports/\(feed.id)/apply",
            [
                Field(
                    "accept", Phrase.agreeToDepartures[language], .box, error: reader?.error("accept")?[language])
            ], submit: Phrase.applyImport[language], forgeryToken: call.frame.forgeryToken)
        form.showsSummary = reader != nil
        return Component.card(
            Phrase.tooManyLeave[language],
            "<p>\(Phrase.tooManyLeaveLead[language])</p><ul>\(alarms)</ul>\(form.html(language))")
    }

    private static func numbers(_ result: FeedResult, _ language: Language) -> HTML {
        var table = Table(
            Phrase.inNumbers[language], id: "numbers",
            [
                .text(Phrase.who[language]), .number(Phrase.newOnes[language]), .number(Phrase.changedOnes[language]),
                .number(Phrase.goneOnes[language]), .number(Phrase.refusedOnes[language]),
                .number(Phrase.backAgain[language]),
            ])
        for (name, counts) in [
            (Phrase.pupils, result.pupils), (.guardians, result.guardians), (.contacts, result.contacts),
            (.staffPeople, result.staff), (.establishments, result.establishments),
        ] {
            table.add(
                [HTML(text: name[language])]
                    + [counts.added, counts.changed, counts.disappeared, counts.rejected, counts.returned].map {
                        HTML(text: language.number($0))
                    })
        }
        return Component.card(table.html)
    }

    private static func places(_ result: FeedResult, _ language: Language) -> HTML {
        let places = result.plan.prefix(60).html { place in
            let new: HTML? = place.isNew ? " \(Component.tag(Phrase.newSchool[language], .information))" : nil
            let lines = place.movements(language).html { "<li>\($0)</li>" }
            return "<details><summary>\(place.name) (\(place.uai))\(new)</summary><ul>\(lines)</ul></details>"
        }
        let more: HTML? =
            result.plan.count > 60
            ? "<p>\(Phrase.moreSchools(result.plan.count - 60)[language])</p>" : nil
        return Component.card(Phrase.byClass[language], "\(places)\(more)")
    }

    private static func anomalies(_ result: FeedResult, _ language: Language) -> HTML {
        var table = Table(
            Phrase.anomalies[language], id: "anomalies",
            [
                .text(Phrase.anomaly[language]), .text(Phrase.fileName[language]), .number(Phrase.line[language]),
                .text(Phrase.column[language]), .text(Phrase.key[language]),
            ])
        for anomaly in result.anomalies.prefix(200) {
            table.add([
                HTML(text: anomaly.code.phrase[language]), HTML(text: anomaly.file ?? ""),
                HTML(text: anomaly.line.map(String.init) ?? ""), HTML(text: anomaly.column ?? ""),
                HTML(text: anomaly.key ?? ""),
            ])
        }
        let more: HTML? =
            result.anomalies.count > 200
            ? "<p>\(Phrase.moreAnomalies(result.anomalies.count - 200)[language])</p>" : nil
        return Component.card("\(table.html)\(more)")
    }
}
