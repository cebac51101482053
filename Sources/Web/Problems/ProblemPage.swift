/// The page of an error, in the words of the person it happens to.
enum ProblemPage {
    static func page(_ problem: Problem, requestID: String, language: Language) -> Page {
        let again: HTML? = problem.retryAfterSeconds.map { "<p>\(Phrase.tryAgain(inSeconds: $0)[language])</p>" }
        let details: HTML? =
            problem.errors.isEmpty
            ? nil
            : "<ul>\(problem.errors.html { "<li>\($0.name): \($0.reason[language])</li>" })</ul>"
        let main: HTML = """
            <div class="card problem">
            <p class="problem-status">\(Phrase.errorNumber(problem.status)[language])</p>
            <h1>\(problem.code.title[language])</h1>
            <p>\((problem.detail ?? problem.code.meaning)[language])</p>\(details)\(again)
            <p class="actions"><a class="button main" href="/">\(Phrase.backHome[language])</a>\
            <a class="button quiet" href="\("/errors/\(problem.code.code)" as Link)">\(Phrase.aboutThisError[language])</a></p>
            <p class="small muted">\(Phrase.requestNumber[language]) <code>\(requestID)</code></p>
            </div>
            """
        return Page(title: problem.code.title, main: main, width: .narrow)
    }
}

extension Problem.Detail {
    fileprivate var name: String {
        switch place {
        case .pointer(let pointer): pointer
        case .parameter(let name), .header(let name): name
        }
    }
}
