/// Every code of the process, module by module: what `/errors/{code}` explains and `docs/errors.md` lists.
package struct ProblemRegistry: Sendable {
    package struct Section: Sendable {
        package let module: String
        package let codes: [ProblemCode]

        package init(_ module: String, _ codes: [ProblemCode]) {
            self.module = module
            self.codes = codes
        }

        /// The section of `docs/errors.md`, between its two marks; a test of the module checks that the file holds it.
        package var markdown: String {
            var text = "<!-- begin \(module) -->\n## \(module)\n\n"
            text += "| Code | Status | Ce qui s'est passé | What happened and what to do |\n|---|---|---|---|\n"
            for code in codes {
                let english = code.title.en + ". " + code.meaning.en
                text += "| `\(code.code)` | \(code.status) | \(code.title.fr). \(code.meaning.fr) | \(english) |\n"
            }
            return text + "<!-- end \(module) -->\n"
        }
    }

    package let sections: [Section]
    private let byCode: [String: ProblemCode]

    /// - Throws: when a code is declared twice or does not have the form `preau.<module>.<name>`.
    package init(_ sections: [Section]) throws(RouteTableError) {
        var byCode: [String: ProblemCode] = [:]
        for code in sections.flatMap(\.codes) {
            let parts = code.code.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "preau",
                parts.allSatisfy({
                    !$0.isEmpty && $0.utf8.allSatisfy { $0.isLowercase || $0.isDigit || $0 == UInt8(ascii: "_") }
                })
            else { throw .malformedProblemCode(code.code) }
            guard byCode.updateValue(code, forKey: code.code) == nil else { throw .duplicateProblemCode(code.code) }
        }
        self.sections = sections
        self.byCode = byCode
    }

    package subscript(code: String) -> ProblemCode? { byCode[code] }
    package var codes: [ProblemCode] { sections.flatMap(\.codes) }

    /// Puts `section` in the place of the one of the same module in the text of `docs/errors.md`, at the end when there is none.
    package static func replacing(_ section: Section, in document: String) -> String {
        let (begin, end) = ("<!-- begin \(section.module) -->\n", "<!-- end \(section.module) -->\n")
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) + "\n" }
        guard let first = lines.firstIndex(of: begin), let last = lines[first...].firstIndex(of: end) else {
            return document + (document.hasSuffix("\n\n") ? "" : "\n") + section.markdown
        }
        let text = lines[..<first].joined() + section.markdown + lines[(last + 1)...].joined()
        return String(text.dropLast())
    }
}
