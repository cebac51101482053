internal import Runtime
internal import Tenancy
internal import Web

/// The pieces that diaries are shown with: work by day, lesson records by day.
enum HomeworkListPages {
    /// Text that a teacher typed.
    static func text(_ content: String) -> HTML { content.isEmpty ? .empty : RichText.html(content, heading: 4) }

    /// The text and the files of an entry.
    static func content(_ text: String, of entry: UUID, _ view: DiaryView, _ language: Language) -> HTML {
        let files = FilePages.list(view.span.files[entry] ?? [], in: view.establishment.uai.rawValue, language)
        return "<div class=\"item-content\">\(HomeworkListPages.text(text))\(files)</div>"
    }

    // MARK: What a pupil follows

    /// A pupil's diary, made once for everybody in the same groups.
    static func pieces(_ view: DiaryView, _ language: Language, isOwner: Bool) -> RenderedDiaries.Pieces<HTML> {
        view.span.rendered.page(
            .page(language, isOwner: isOwner), timetable: view.timetable.version, now: view.now,
            validUntil: view.validUntil
        ) { render(view, language, isOwner: isOwner) }
    }

    /// Puts a diary at the end of a page, with the pupil's own progress in its gaps. Nearly all of the page's bytes: they are
    /// not gathered anywhere else first.
    static func append(
        _ pieces: RenderedDiaries.Pieces<HTML>, of view: DiaryView, to page: inout HTML, _ call: Call, isOwner: Bool
    ) {
        page += "<h2 id=\"work\">\(Phrase.workToDo[call.language])</h2>"
        if isOwner {
            page += """
                <form class="stack" method="post" action="/homework/progress">\(Component.token(call.frame.forgeryToken))\
                <input type="hidden" name="date" value="\(view.days.lowerBound)">
                """
        }
        for piece in pieces.work {
            page += piece.before
            page += piece.mark(view.progress[piece.assignment] ?? .toDo)
        }
        page += pieces.end
        if isOwner { page += "</form>" }
        page += pieces.records
    }

    private static func render(
        _ view: DiaryView, _ language: Language, isOwner: Bool
    ) -> RenderedDiaries.Pieces<HTML> {
        let statuses = view.lessonStatuses
        var work: [RenderedDiaries.Pieces<HTML>.Work] = []
        var length = 0
        var before = HTML.empty
        var day: CivilDate?
        for assignment in view.assignments {
            if day != assignment.dueOn {
                if day != nil { before += "</ul></section>" }
                let title = Phrase.forDay(language.weekdayAndDay(assignment.dueOn))[language]
                before += "<section class=\"card\"><h3>\(title)</h3><ul class=\"items\">"
                day = assignment.dueOn
            }
            before += """
                <li class="item"><div class="item-body">\(head(assignment, view, statuses, language))\
                \(content(assignment.content, of: assignment.id.rawValue, view, language))</div>
                """
            let piece = RenderedDiaries.Pieces<HTML>.Work(before: before, assignment: assignment.id) {
                mark(assignment.id, $0, isOwner: isOwner, language)
            }
            length += before.bytes.count + piece.mark(.toDo).bytes.count
            work.append(piece)
            before = "</li>"
        }
        if day != nil { before += "</ul></section>" }
        if work.isEmpty { before = Component.emptyState(Phrase.noWork[language]) }
        let records = records(view, language)
        return RenderedDiaries.Pieces(
            work: work, end: before, records: records, length: length + before.bytes.count + records.bytes.count)
    }

    /// How far the pupil is, with the buttons that say otherwise for the pupil alone.
    private static func mark(
        _ assignment: AssignmentID, _ progress: Assignment.Progress, isOwner: Bool, _ language: Language
    ) -> HTML {
        let tag = Component.tag(
            Phrase.name(of: progress)[language],
            progress == .done ? .success : progress == .started ? .information : nil)
        guard isOwner else { return "<div class=\"actions\">\(tag)</div>" }
        func button(_ wanted: Assignment.Progress, _ label: Phrase) -> HTML {
            """
            <button class="button" name="set" value="\(assignment.rawValue):\(wanted.rawValue)" type="submit" \
            aria-describedby="work-\(assignment.rawValue)">\(label[language])</button>
            """
        }
        switch progress {
        case .toDo:
            return "<div class=\"actions\">\(tag)\(button(.done, .markDone))\(button(.started, .markStarted))</div>"
        case .started:
            return "<div class=\"actions\">\(tag)\(button(.done, .markDone))\(button(.toDo, .markToDo))</div>"
        case .done: return "<div class=\"actions\">\(tag)\(button(.toDo, .markToDo))</div>"
        }
    }

    // MARK: Entries

    /// The lines above what an assignment says.
    static func head(
        _ assignment: Assignment, _ view: DiaryView, _ statuses: [DiaryView.LessonOnDay: Occurrence.Status],
        _ language: Language
    ) -> HTML {
        let kind = Component.tag(
            Phrase.name(of: assignment.kind)[language], assignment.kind == .test ? .warning : .information)
        var facts = [view.groupName(assignment.group), view.teacherName(assignment.author)]
        facts.append(Phrase.givenOn(language.weekdayAndDay(assignment.givenOn))[language])
        if let minutes = assignment.minutes { facts.append(Phrase.about(minutes: minutes)[language]) }
        if let reason = assignment.overrideReason { facts.append(Phrase.withoutLesson(reason)[language]) }
        let status = assignment.dueLesson.flatMap {
            statuses[DiaryView.LessonOnDay(lesson: $0, day: assignment.dueOn)]
        }
        let mark: HTML? =
            switch status {
            case .cancelled: Component.tag(Phrase.lessonCancelled[language], .error)
            case .movedAway: Component.tag(Phrase.lessonMoved[language], .warning)
            default: nil
            }
        return """
            <p class="item-title" id="work-\(assignment.id.rawValue)"><strong>\(view.subjectName(assignment.subject))</strong> · \
            \(assignment.title) \(kind) \(mark)</p><p class="item-details">\(facts.filter { !$0.isEmpty }.joined(separator: " · "))</p>
            """
    }

    /// The lesson records of these days, each opened at will.
    static func records(_ view: DiaryView, _ language: Language) -> HTML {
        let records = view.records
        var html: HTML = "<h2 id=\"lessons\">\(Phrase.lessonRecords[language])</h2>"
        guard !records.isEmpty else {
            return html + Component.emptyState(Phrase.noRecords[language])
        }
        var day: CivilDate?
        for record in records {
            if day != record.day {
                if day != nil { html += "</ul></section>" }
                html += "<section class=\"card\"><h3>\(language.weekdayAndDay(record.day))</h3><ul class=\"items\">"
                day = record.day
            }
            html +=
                "<li class=\"item\"><div class=\"item-body\">\(HomeworkListPages.record(record, view, language))</div></li>"
        }
        return html + "</ul></section>"
    }

    static func record(_ record: LessonRecord, _ view: DiaryView, _ language: Language) -> HTML {
        let facts = [
            language.time(minutes: record.start.minutes), view.groupName(record.group),
            view.teacherName(record.author),
        ].filter { !$0.isEmpty }.joined(separator: " · ")
        return """
            <details><summary><strong>\(view.subjectName(record.subject))</strong> · \(record.title)</summary>\
            <p class="item-details">\(facts)</p>\(content(record.content, of: record.id.rawValue, view, language))</details>
            """
    }

    /// Work as a list without marks: for classes, and for what was missed.
    static func work(_ assignments: [Assignment], _ view: DiaryView, _ language: Language) -> HTML {
        guard !assignments.isEmpty else { return Component.emptyState(Phrase.noWork[language]) }
        let statuses = view.lessonStatuses
        let items = assignments.html { assignment in
            let due = Phrase.dueOn(language.fullDate(assignment.dueOn))[language]
            return """
                <li class="item"><div class="item-body">\(head(assignment, view, statuses, language))\
                <p class="item-details">\(due)</p>\(content(assignment.content, of: assignment.id.rawValue, view, language))</div></li>
                """
        }
        return "<ul class=\"items\">\(items)</ul>"
    }
}
