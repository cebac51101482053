internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// A teacher's week: each lesson with its record, and the work given.
enum TeacherDiaryPages {
    static func page(_ call: Call, _ views: [DiaryView], _ days: ClosedRange<CivilDate>, _ switcher: HTML) -> Response {
        let language = call.language
        let title: Phrase = views.count == 1 ? .diary(of: views[0].name) : .homework
        var main = Component.heading(
            title[language], lead: HTML(text: language.period(days.lowerBound, days.upperBound)))
        main += switcher
        main += TimetablePages.moves(call, days)
        for view in views {
            if views.count > 1 { main += "<h2>\(view.establishment.name)</h2>" }
            main += actions(view, language)
            main += lessons(view, language)
            main += Component.card(Phrase.workToDo[language], work(view, language))
        }
        return call.page(Page(title: title, main: main))
    }

    private static func actions(_ view: DiaryView, _ language: Language) -> HTML {
        let uai = view.establishment.uai.rawValue
        return """
            <div class="actions">\(Component.button(Phrase.giveWork[language], to: "/homework/\(uai)/work/new", isMain: true))\
            \(Component.button(Phrase.sequences[language], to: "/homework/\(uai)/sequences"))\
            \(Component.button(Phrase.archives[language], to: "/homework/\(uai)/archives"))\
            \(Component.button(Phrase.visas[language], to: "/homework/\(uai)/visas"))\
            \(Component.button(Phrase.homeworkOfSchool[language], to: "/homework/\(uai)"))</div>
            """
    }

    /// The lessons that the teacher takes in these days, by day, each with its record or the way to write one.
    private static func lessons(_ view: DiaryView, _ language: Language) -> HTML {
        guard case .teacher(let teacher) = view.whose else { return .empty }
        let occurrences = TimetableRules.occurrences(
            view.timetable, of: .teacher(teacher), from: view.days.lowerBound, to: view.days.upperBound,
            audience: .everyone, now: view.now
        ).filter { $0.status.takesPlace && $0.teachers.contains(teacher) }
        guard !occurrences.isEmpty else {
            return Component.emptyState(Phrase.nothingToTeach[language])
        }
        let records = view.records
        var html = HTML()
        var day: CivilDate?
        for occurrence in occurrences {
            if day != occurrence.date {
                if day != nil { html += "</ul></section>" }
                html +=
                    "<section class=\"card\"><h2>\(language.weekdayAndDay(occurrence.date))</h2><ul class=\"items\">"
                day = occurrence.date
            }
            for group in occurrence.groups { html += slot(occurrence, group, records, view, language) }
        }
        return html + "</ul></section>"
    }

    private static func slot(
        _ occurrence: Occurrence, _ group: GroupID, _ records: [LessonRecord], _ view: DiaryView, _ language: Language
    ) -> HTML {
        let uai = view.establishment.uai.rawValue
        let record = records.first {
            $0.group == group && $0.day == occurrence.date
                && (occurrence.lesson != nil ? $0.lesson == occurrence.lesson : $0.change == occurrence.change)
        }
        let times = language.timeRange(minutes: occurrence.span.start.minutes..<occurrence.span.end.minutes)
        let subject = occurrence.subject.map { view.subjectName($0) } ?? ""
        let status: HTML? =
            occurrence.status == .planned ? nil : Component.tag(Phrase.name(of: occurrence.status)[language], .warning)
        let what: HTML
        if let record {
            what = """
                <p class="item-content"><a href="\("/homework/\(uai)/records/\(record.id.rawValue)/edit" as Link)">\(record.title)</a> \(tags(record, view, language))</p></div>
                """
        } else {
            let kind = occurrence.lesson == nil ? "change" : "lesson"
            let id = (occurrence.lesson?.rawValue ?? occurrence.change?.rawValue)?.description ?? ""
            let link: Link = "/homework/\(uai)/records/new?group=\(group.rawValue)&day=\(occurrence.date)&\(kind)=\(id)"
            what = "</div><div class=\"actions\">\(Component.button(Phrase.writeRecord[language], to: link))</div>"
        }
        return """
            <li class="item"><div class="item-body"><p class="item-title">\(times) · \(view.groupName(group)) \(status)</p>\
            <p class="item-details">\(subject)</p>\(what)</li>
            """
    }

    private static func tags(_ record: LessonRecord, _ view: DiaryView, _ language: Language) -> HTML {
        let hidden: HTML? =
            record.publishedAt > view.now ? Component.tag(Phrase.notPublishedYet[language], .warning) : nil
        let frozen: HTML? = record.visa == nil ? nil : Component.tag(Phrase.frozenByVisa[language], .success)
        return "\(hidden)\(frozen)"
    }

    private static func work(_ view: DiaryView, _ language: Language) -> HTML {
        let assignments = view.assignments
        guard !assignments.isEmpty else { return Component.emptyState(Phrase.noWork[language]) }
        let statuses = view.lessonStatuses
        let uai = view.establishment.uai.rawValue
        let items = assignments.html { assignment in
            let totals: HTML? = view.totals[assignment.id].map {
                "<p class=\"item-details\">\(Phrase.doneBy($0)[language])</p>"
            }
            let hidden: HTML? =
                assignment.publishedAt > view.now ? Component.tag(Phrase.notPublishedYet[language], .warning) : nil
            let edit: HTML =
                assignment.visa == nil
                ? Component.button(
                    Phrase.editWork[language], to: "/homework/\(uai)/work/\(assignment.id.rawValue)/edit")
                : Component.tag(Phrase.frozenByVisa[language], .success)
            return """
                <li class="item"><div class="item-body">\(HomeworkListPages.head(assignment, view, statuses, language))\
                <p class="item-details">\(Phrase.dueOn(language.fullDate(assignment.dueOn))[language])</p>\(totals)</div>\
                <div class="actions">\(edit)\(hidden)</div></li>
                """
        }
        return "<ul class=\"items\">\(items)</ul>"
    }

    /// What a class has to do by day.
    static func load(_ load: [DayLoad], _ language: Language) -> HTML {
        var table = Table(
            Phrase.classLoad[language], id: "load",
            [
                .text(Phrase.loadDay[language]), .number(Phrase.loadWork[language]),
                .number(Phrase.loadTests[language]),
                .number(Phrase.loadMinutes[language]),
            ], hidesCaption: true)
        for day in load {
            table.add([
                HTML(text: language.weekdayAndDay(day.day)), "\(day.assignments)", "\(day.tests)", "\(day.minutes)",
            ])
        }
        guard !load.isEmpty else { return .empty }
        return Component.card(
            Phrase.classLoad[language], "<p class=\"hint\">\(Phrase.classLoadAdvice[language])</p>\(table.html)")
    }
}
