package import Web

/// A sequence as a teacher types it in one field, and back:
///
/// ```
/// # Title of a lesson
/// What is done in it, as Markdown.
/// @ handout.pdf
/// > Title of the work for the next lesson (test, 20 min)
/// > What the work says.
/// > @ exercises.pdf
/// ```
///
/// A line with `@` names a file of the sequence, which goes with the lesson or, behind `>`, with the work.
package struct SequenceText {
    /// The files of the sequence that lines may name.
    private let files: [(name: String, id: FileID)]
    /// Names that no file has.
    package private(set) var unknown: [String] = []

    package init(files: [(name: String, id: FileID)] = []) { self.files = files }

    /// The lessons of a text; what comes before the first `#` belongs to none and is left out.
    package mutating func parse(_ text: String) -> [TeachingSequence.Step] {
        var blocks: [[Substring]] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# ") {
                blocks.append([line])
            } else if !blocks.isEmpty {
                blocks[blocks.count - 1].append(line)
            }
        }
        return blocks.compactMap { step($0) }
    }

    /// The file that a line names, none for a name that no file has; nil for a line that names none.
    private mutating func named(by line: some StringProtocol) -> [FileID]? {
        guard line.hasPrefix("@ ") else { return nil }
        let name = String(line.dropFirst(2)).trimmed
        guard let known = files.first(where: { $0.name == name }) else {
            unknown.append(name)
            return []
        }
        return [known.id]
    }

    private mutating func step(_ lines: [Substring]) -> TeachingSequence.Step? {
        guard let title = lines.first.map({ String($0.dropFirst(2)).trimmed }), !title.isEmpty else { return nil }
        var content: [Substring] = []
        var work: [String] = []
        var files: (lesson: [FileID], work: [FileID]) = ([], [])
        for line in lines.dropFirst() {
            if line.hasPrefix(">") {
                let inner = String(line.dropFirst()).trimmed
                if let named = named(by: inner) { files.work += named } else { work.append(inner) }
            } else if let named = named(by: line) {
                files.lesson += named
            } else {
                content.append(line)
            }
        }
        let given = SequenceText.work(work, files.work)
        return TeachingSequence.Step(
            title: title, content: content.joined(separator: "\n").trimmed, work: given,
            files: given == nil ? files.lesson + files.work : files.lesson)
    }

    private static func work(_ lines: [String], _ files: [FileID]) -> TeachingSequence.Work? {
        guard let first = lines.first, !first.isEmpty else { return nil }
        var title = first
        var kind = Assignment.Kind.exercise
        var minutes: Int?
        if title.hasSuffix(")"), let open = title.lastIndex(of: "(") {
            let words = title[title.index(after: open)...].dropLast().split(separator: ",").map {
                String($0).trimmed.lowercased()
            }
            let found = words.map { meaning(of: $0) }
            if !found.isEmpty, found.allSatisfy({ $0.kind != nil || $0.minutes != nil }) {
                kind = found.compactMap(\.kind).first ?? .exercise
                minutes = found.compactMap(\.minutes).first
                title = String(title[..<open]).trimmed
            }
        }
        guard !title.isEmpty else { return nil }
        return TeachingSequence.Work(
            kind: kind, title: title, content: lines.dropFirst().joined(separator: "\n").trimmed, minutes: minutes,
            files: files)
    }

    private static func meaning(of word: String) -> (kind: Assignment.Kind?, minutes: Int?) {
        if word.hasSuffix("min"), let number = Int(String(word.dropLast(3)).trimmed),
            (1...DiaryRules.mostMinutes).contains(number)
        {
            return (nil, number)
        }
        let kind = Assignment.Kind.allCases.first { kind in
            Language.allCases.contains { Phrase.name(of: kind)[$0].lowercased() == word } || kind.rawValue == word
        }
        return (kind, nil)
    }

    /// The text that `parse` makes the same lessons of.
    package func text(_ steps: [TeachingSequence.Step], _ language: Language) -> String {
        func names(_ ids: [FileID]) -> [String] {
            ids.compactMap { id in files.first { $0.id == id }.map { "@ " + $0.name } }
        }
        return steps.map { step in
            var lines = ["# " + step.title]
            if !step.content.isEmpty { lines.append(step.content) }
            lines += names(step.files)
            if let work = step.work {
                let facts = [Phrase.name(of: work.kind)[language].lowercased(), work.minutes.map { "\($0) min" }]
                lines.append("> \(work.title) (\(facts.compactMap { $0 }.joined(separator: ", ")))")
                if !work.content.isEmpty {
                    lines += work.content.split(separator: "\n", omittingEmptySubsequences: false).map { "> " + $0 }
                }
                lines += names(work.files).map { "> " + $0 }
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
