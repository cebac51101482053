internal import Foundation
internal import Glibc

/// What a run shows while it runs: some lines that are written again each second on a terminal, a line every ten seconds elsewhere.
final class LiveView {
    private let length: Double
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var drawn = 0
    private var done = 0
    private var wrong = 0
    private var errors: [String: Int] = [:]
    private var recent: [Int] = []

    init(length: Double) { self.length = length }

    private static let bars: [Character] = Array("▁▂▃▄▅▆▇█")

    func show(_ second: Second) {
        let sum = second.tally.all
        done += sum.done
        wrong += sum.done - sum.right
        for (step, tally) in second.tally.steps {
            for (kind, count) in tally.errors { errors["\(step): \(kind)", default: 0] += count }
        }
        recent.append(sum.done)
        if recent.count > 60 { recent.removeFirst() }
        let p99 = String(format: "%.0f", Double(sum.latency.value(at: 0.99)) / 1000)
        let success = String(format: "%.3f", done == 0 ? 100 : 100 * Double(done - wrong) / Double(done))
        let line =
            "\(second.time) s of \(Int(length)): \(second.inVisit) people, \(second.connections) connections, "
            + "\(sum.done)/s, \(second.waiting) waiting, p99 \(p99) ms, \(success) % right"
        guard isTerminal else {
            if second.time % 10 == 0 || second.isLast { write(line + "\n") }
            return
        }
        let worst = errors.sorted { $0.value > $1.value }.prefix(5).map { "  \($0.value) × \($0.key)" }
        let lines = [line, "  " + spark] + worst
        let up = drawn > 0 ? "\u{1b}[\(drawn)A" : ""
        write(up + lines.map { "\u{1b}[2K" + $0 + "\n" }.joined())
        drawn = max(drawn, lines.count)
        if lines.count < drawn { write(String(repeating: "\u{1b}[2K\n", count: drawn - lines.count)) }
    }

    private var spark: String {
        let most = max(recent.max() ?? 1, 1)
        return String(recent.map { LiveView.bars[min(7, $0 * 7 / most)] })
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
