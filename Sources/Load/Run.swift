internal import Foundation
internal import Glibc
internal import Runtime

/// A run as its first process sees it: starts the others, adds up what they say, shows it, and writes the report. Confined to its
/// loop.
final class Run: @unchecked Sendable {
    // Safety: confined to its loop.
    private final class Child {
        let process: ChildProcess
        var registration: RegistrationID?
        var received: [UInt8] = []
        var isDone = false

        init(_ process: ChildProcess) { self.process = process }
    }

    private static let longestLine = 4 << 20

    private let options: LoadOptions
    private let loop: EventLoop
    private let view: LiveView
    private var children: [Child] = []
    private var seconds: [Int: (sum: Second, count: Int)] = [:]
    private var shown = 0
    private var failure: LoadError?

    private init(_ options: LoadOptions, loop: EventLoop, view: LiveView) {
        self.options = options
        self.loop = loop
        self.view = view
    }

    /// Runs the processes to their end. - Returns: the seconds of the run, added up.
    static func perform(_ options: LoadOptions, command: [String]) throws -> [Second] {
        Signals.block([SIGINT, SIGTERM])
        let loop = try EventLoop(name: "run")
        let run = Run(options, loop: loop, view: LiveView(length: options.length))
        // Reading the people takes a moment; all begin together.
        let start = Instant.now + .seconds(2)
        for part in 0..<options.processes {
            // This very program, which tells a line a second.
            let words = command + ["--part", String(part), "--start", String(start.nanoseconds)]
            run.children.append(Child(try ChildProcess.start("/proc/self/exe", words)))
        }
        loop.execute {
            do {
                try run.watch()
            } catch {
                run.stop(.worker(number: 0, status: -1))
            }
        }
        loop.run()
        for child in run.children {
            if !child.isDone { kill(child.process.pid, SIGKILL) }
            _ = child.process.wait()
        }
        if let failure = run.failure { throw failure }
        return run.whole
    }

    private func watch() throws {
        try Signals.watch([SIGINT, SIGTERM], on: loop) { [self] _ in stop(.usage("interrupted")) }
        for (number, child) in children.enumerated() {
            _ = fcntl(child.process.output, F_SETFL, O_NONBLOCK)
            child.registration = try loop.register(child.process.output, .read) { [self] _ in read(child, number) }
        }
    }

    private func read(_ child: Child, _ number: Int) {
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(child.process.output, $0.baseAddress, $0.count) }
            if count < 0 { return }
            guard count > 0 else { return ended(child, number) }
            child.received += chunk[..<count]
            guard child.received.count <= Run.longestLine else { return stop(.worker(number: number, status: -1)) }
            while let end = child.received.firstIndex(of: 10) {
                take(child.received[..<end], child)
                child.received.removeFirst(end + 1)
            }
        }
    }

    private func take(_ line: ArraySlice<UInt8>, _ child: Child) {
        guard let second = try? JSONDecoder().decode(Second.self, from: Data(line)) else { return }
        if second.isLast { child.isDone = true }
        var entry = seconds[second.time] ?? (Second(time: second.time), 0)
        entry.sum.merge(second)
        entry.sum.isLast = entry.sum.isLast || second.isLast
        entry.count += 1
        seconds[second.time] = entry
        while let next = seconds[shown + 1], next.count == children.count {
            shown += 1
            view.show(next.sum)
        }
    }

    private func ended(_ child: Child, _ number: Int) {
        if let registration = child.registration { loop.unregister(registration) }
        child.registration = nil
        close(child.process.output)
        guard child.isDone else { return stop(.worker(number: number, status: -1)) }
        if children.allSatisfy({ $0.registration == nil }) { loop.stop() }
    }

    private func stop(_ failure: LoadError) {
        self.failure = self.failure ?? failure
        for child in children where !child.isDone { kill(child.process.pid, SIGTERM) }
        loop.stop()
    }

    private var whole: [Second] { seconds.values.map(\.sum).sorted { $0.time < $1.time } }
}
