internal import HTTP
internal import Runtime

/// The living page of the design system: every component once, as pages get it, in both languages, light, dark and on paper.
/// Its form is a real one, so that errors, what was typed, and sessions that end meanwhile can be tried; it changes nothing.
package struct DesignPages: Sendable {
    private let access: Access

    /// - Parameter access: those who work on pages; nothing on it is anybody's.
    package init(access: Access) { self.access = access }

    package var routes: [Route] { [show, send, question] }

    private var show: Route {
        .page(
            .get, "/design", access: access, tag: "Web", summary: "The components that pages are made of.",
            query: [
                .flag("sent", "Says that the form was sent."), .text("search", "Tries the filters.", maxLength: 100),
                .enumeration("state", DesignSample.states.map(\.value), "Tries the filters."),
            ]
        ) { call in
            if call.query.flag("sent") { call.frame.notices.append(Notice(.success, Phrase.designSent[call.language])) }
            return page(call, FormReader(Form(fields: DesignSample.typed(call.language))))
        }
    }

    private var send: Route {
        .page(
            .post, "/design", access: access, tag: "Web", summary: "Tries the form of the page of components.",
            body: .form([
                .text("title", "A text.", maxLength: 80).required, .date("day", "A day.").required,
                .enumeration("kind", DesignSample.kinds, "One of a few.").required,
                .enumeration("audience", DesignSample.audiences, "One of a few, all seen.").required,
                .text("classes", "Several.", maxLength: 20), .text("text", "A long text.", maxLength: 20_000),
                .flag("visible", "Yes or no."),
            ])
        ) { call in
            var reader = FormReader(try await call.form())
            _ = reader.text("title", 3...80)
            _ = reader.date("day")
            if !DesignSample.kinds.contains(reader.form["kind"] ?? "") { reader.refuse("kind", .missing) }
            if !DesignSample.audiences.contains(reader.form["audience"] ?? "") { reader.refuse("audience", .missing) }
            if reader.form.all("classes").isEmpty { reader.refuse("classes", .chooseOne) }
            _ = reader.optionalText("text", upTo: 20_000)
            guard reader.isValid else { return page(call, reader, status: .unprocessableContent) }
            return .seeOther("/design?sent=1")
        }
    }

    /// Where the question of the dialog leads in a browser that opens none.
    private var question: Route {
        .page(
            .get, "/design/question", access: access, tag: "Web", summary: "The sample question as a page of its own."
        ) { call in
            let sample = DesignSample(language: call.language, token: call.frame.forgeryToken)
            let main: HTML = """
                \(Component.breadcrumbs([(Phrase.design[call.language], "/design")], here: sample.questionTitle, call.language))\
                \(Component.heading(sample.questionTitle))\(Component.card(sample.questionText))
                """
            return call.page(Page(title: .design, main: main, width: .narrow))
        }
    }

    private func page(_ call: Call, _ reader: FormReader, status: Status = .ok) -> Response {
        let sample = DesignSample(language: call.language, token: call.frame.forgeryToken)
        let sections: [(id: StaticString, title: Phrase, type: StaticString, content: HTML)] = [
            ("form", .designForm, "PostForm · Field · FormReader", sample.form(reader)),
            ("files", .designFiles, "FilePicker", sample.files),
            ("notices", .designNotices, "Notice · Component.tag", sample.notices),
            ("buttons", .designButtons, "Component.button · Dialog", sample.buttons),
            ("lists", .designLists, "FilterBar · ItemList · Component.pagination", sample.list(call.query)),
            ("tables", .designTables, "Table · Component.facts · Component.progress", sample.tables),
            ("moving", .designMoving, "Component.breadcrumbs · .tabs · .stepper · .disclosure", sample.moving),
            ("empty", .designEmpty, "Component.emptyState", sample.empty),
        ]
        let index = sections.html { "<li><a href=\"#\($0.id.description)\">\($0.title[call.language])</a></li>" }
        let cards = sections.html { section in
            """
            <section class="card" id="\(section.id.description)" aria-labelledby="\(section.id.description)-title">\
            <h2 id="\(section.id.description)-title">\(section.title[call.language])</h2>\
            <p class="small muted"><code>\(section.type.description)</code></p>\(section.content)</section>
            """
        }
        let main: HTML = """
            \(Component.heading(Phrase.design[call.language], lead: HTML(text: Phrase.designLead[call.language])))\
            \(Field.summary(sample.fields(reader), call.language))\
            <nav class="contents no-print" aria-label="\(Phrase.contents[call.language])"><ul>\(index)\
            <li><a href="#week">\(Phrase.designWeek[call.language])</a></li></ul></nav>\(cards)\
            <section class="stack" id="week" aria-labelledby="week-title"><h2 id="week-title">\(Phrase.designWeek[call.language])</h2>\
            \(sample.week(now: call.now).html(call.language))</section>
            """
        return call.page(Page(title: .design, main: main), status: status)
    }
}
