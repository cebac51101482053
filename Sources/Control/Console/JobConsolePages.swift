internal import HTTP
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

extension ConsolePages {
    var jobRoutes: [Route] { [jobList, jobPage, jobFile, jobStop, jobRetry] }

    private var jobList: Route {
        .page(
            .get, "/jobs", access: ConsolePages.access, tag: "Console",
            summary: "What is being done, the newest first.",
            query: [.token("cursor", "Where to go on.")]
        ) { call in
            let language = call.language
            var filter = JobStore.Filter()
            filter.reach = service.charge(call).jobs
            let before = call.query.text("cursor").flatMap { UUID($0) }.map { JobID(rawValue: $0) }
            let jobs = try await service.jobs.list(filter, before: before, limit: 51)
            var main = Component.heading(Phrase.jobs[language])
            guard !jobs.isEmpty else {
                main += Component.emptyState(Phrase.noJobs[language], HTML(text: Phrase.noJobsLead[language]))
                return call.page(Page(title: .jobs, main: main))
            }
            var table = Table(
                Phrase.jobs[language], id: "jobs",
                [
                    .text(Phrase.kind[language]), .text(Phrase.state[language]), .text(Phrase.progress[language]),
                    .text(Phrase.begun[language]), .text(Phrase.nameColumn[language]),
                ], hidesCaption: true)
            for job in jobs.prefix(50) {
                table.add([
                    "<a href=\"/jobs/\(job.id.rawValue)\">\(ConsolePages.kind(of: job, language))</a>",
                    Component.tag(job.state.phrase[language], job.state.kind),
                    HTML(text: ConsolePages.progress(job, language)), ConsolePages.moment(job.createdAt, language),
                    HTML(text: job.title),
                ])
            }
            main += Component.card(table.html)
            main += Component.pagination(
                first: before == nil ? nil : "/jobs",
                next: jobs.count > 50 ? "/jobs?cursor=\(jobs[49].id.rawValue)" : nil,
                language)
            return call.page(Page(title: .jobs, main: main))
        }
    }

    /// What a job is about, in words; its own name where nobody has given it others.
    static func kind(of job: Job, _ language: Language) -> String {
        switch job.kind {
        case Provisioning.kind: Phrase.jobProvision[language]
        case Merger.kind: Phrase.jobMerger[language]
        case LetterJob.kind: Phrase.jobLetters[language]
        case MailJob.kind: Phrase.jobMails[language]
        case FeedJob.kind: Phrase.jobImport[language]
        default: job.kind
        }
    }

    private static func progress(_ job: Job, _ language: Language) -> String {
        job.total.map { "\(language.number(job.done)) / \(language.number($0))" } ?? language.number(job.done)
    }

    private static let path = [Parameter.uuid("job", "Its number.")]

    private var jobPage: Route {
        .page(
            .get, "/jobs/{job}", access: ConsolePages.access, tag: "Console",
            summary: "One job: where it is, what it said.",
            parameters: ConsolePages.path, errors: [.noRight]
        ) { call in
            let language = call.language
            let job = try await service.job(call)
            let files = try await service.jobs.fileNames(of: job.id)
            let lines = try await service.jobs.lines(of: job.id, after: 0, limit: 200)
            var facts: [(term: String, value: HTML)] = [
                (Phrase.state[language], Component.tag(job.state.phrase[language], job.state.kind)),
                (Phrase.progress[language], HTML(text: ConsolePages.progress(job, language) + " " + job.step)),
                (Phrase.begun[language], ConsolePages.moment(job.createdAt, language)),
            ]
            if let failure = job.failure { facts.append((Phrase.failure[language], HTML(text: failure))) }
            var main = Component.heading(job.title, lead: HTML(text: ConsolePages.kind(of: job, language)))
            main += Component.card(Component.facts(facts))
            if job.kind == FeedJob.kind, let feed = job.parameters["import"]?.text {
                let link = Component.button(Phrase.itsImport[language], to: "/imports/\(feed)")
                main += Component.card("<p class=\"actions\">\(link)</p>")
            }
            if !files.isEmpty {
                let links = files.html {
                    "<li><a href=\"/jobs/\(job.id.rawValue)/files/\(HTML(text: $0.percentEncoded()))\">\($0)</a></li>"
                }
                main += Component.card(Phrase.files[language], "<ul>\(links)</ul>")
            }
            if !job.state.isFinished {
                main += Component.card(ConsolePages.act("/jobs/\(job.id.rawValue)/cancel", .stop, nil, call))
            } else if job.state != .succeeded {
                main += Component.card(ConsolePages.act("/jobs/\(job.id.rawValue)/retry", .retry, nil, call))
            }
            if !lines.isEmpty {
                let said = lines.html { line in
                    "<li><span class=\"muted\">\(ConsolePages.instant(line.at, language))</span> \(line.message)</li>"
                }
                main += Component.card(Phrase.lines[language], "<ul>\(said)</ul>")
            }
            return call.page(Page(title: .jobs, main: main))
        }
    }

    private var jobFile: Route {
        .page(
            .get, "/jobs/{job}/files/{file}", access: ConsolePages.access, tag: "Console",
            summary: "A file that a job made.",
            parameters: ConsolePages.path + [.text("file", "Its name.", maxLength: 120)],
            answers: [.other("application/pdf", "The file.")], errors: [.noRight]
        ) { call in try await service.jobFile(try call.path.text("file"), of: try await service.job(call), for: call) }
    }

    private var jobStop: Route {
        change("cancel", "job.cancel", JobStore.cancel, or: .jobNotStoppable, "Asks a job to stop.")
    }

    private var jobRetry: Route {
        change("retry", "job.retry", JobStore.retry, or: .jobNotRepeatable, "Takes a job up again.")
    }

    private func change(
        _ verb: String, _ action: String, _ statement: PostgresStatement, or refusal: ProblemCode, _ summary: String
    ) -> Route {
        .page(
            .post, "/jobs/{job}/\(verb)", access: ConsolePages.access, tag: "Console", summary: summary,
            parameters: ConsolePages.path, body: .form([]), errors: [.noRight, refusal]
        ) { call in
            let job = try await service.job(call)
            guard try await service.changeJob(job, action, statement, by: service.actor(call)) else {
                throw Problem(refusal)
            }
            return .seeOther("/jobs/\(job.id.rawValue)")
        }
    }
}
