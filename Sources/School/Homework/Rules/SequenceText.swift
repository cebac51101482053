package import Web

/// A sequence as a teacher types it in one field, and back:
///
/// ```
/// # Title of a lesson
/// What is done in it, as Markdown.
/// > Title of the work for the next lesson (test, 20 min)
/// > What the work says.
/// ```
package enum SequenceText {
    /// The lessons of a text; what comes before the first `#` belongs to none and is left out.
    package static func parse(_ text: String) -> [TeachingSequence.Step] {
        var blocks: [[Substring]] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# ") {
                blocks.append([line])
            } else if !blocks.isEmpty {
                blocks[blocks.count - 1].append(line)
            }
        }
        return blocks.compactMap(step)
    }

    private static func step(_ lines: [Substring]) -> TeachingSequence.Step? {
        guard let title = lines.first.map({ String($0.dropFirst(2)).trimmed }), !title.isEmpty else { return nil }
        var content: [Substring] = []
        var work: [String] = []
        for line in lines.dropFirst() {
            if line.hasPrefix(">") {
                work.append(String(line.dropFirst()).trimmed)
            } else {
                content.append(line)
            }
        }
        return TeachingSequence.Step(
            title: title, content: content.joined(separator: "\n").trimmed, work: SequenceText.work(work))
    }

    private static func work(_ lines: [String]) -> TeachingSequence.Work? {
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
            kind: kind, title: title, content: lines.dropFirst().joined(separator: "\n").trimmed, minutes: minutes)
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
    package static func text(_ steps: [TeachingSequence.Step], _ language: Language) -> String {
        steps.map { step in
            var lines = ["# " + step.title]
            if !step.content.isEmpty { lines.append(step.content) }
            if let work = step.work {
                let facts = [Phrase.name(of: work.kind)[language].lowercased(), work.minutes.map { "\($0) min" }]
                lines.append("> \(work.title) (\(facts.compactMap { $0 }.joined(separator: ", ")))")
                if !work.content.isEmpty {
                    lines += work.content.split(separator: "\n", omittingEmptySubsequences: false).map { "> " + $0 }
                }
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
