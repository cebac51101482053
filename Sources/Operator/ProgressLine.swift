internal import Foundation

/// One line on standard error that says how far something is; nothing when it is not a terminal.
final class ProgressLine: @unchecked Sendable {
    // Safety: under its lock.
    private let lock = NSLock()
    private let isShown: Bool
    private var last = ""

    init(isQuiet: Bool = false) { isShown = !isQuiet && isatty(STDERR_FILENO) == 1 }

    func show(_ label: String, _ part: Double, _ note: String = "") {
        guard isShown else { return }
        let width = 30
        let filled = Int((min(1, max(0, part)) * Double(width)).rounded())
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        write("\(label) \(bar) \(Int(min(1, max(0, part)) * 100)) %  \(note)")
    }

    /// The same where nobody knows how much there is.
    func note(_ text: String) {
        guard isShown else { return }
        write(text)
    }

    /// Leaves the line as it is.
    func end() {
        lock.withLock {
            guard isShown, !last.isEmpty else { return }
            last = ""
            FileHandle.standardError.write(Data("\n".utf8))
        }
    }

    private func write(_ text: String) {
        lock.withLock {
            guard text != last else { return }
            last = text
            FileHandle.standardError.write(Data("\r\u{1b}[K\(text)".utf8))
        }
    }
}
