internal import Foundation

/// What a run found: JSON for programs, and what the page with charts is drawn from.
package struct RunReport: Codable {
    package struct Latency: Codable {
        package let p50, p90, p99, p999, maximum, mean: Double

        /// Milliseconds.
        init(_ histogram: LatencyHistogram) {
            func milliseconds(_ share: Double) -> Double { Double(histogram.value(at: share)) / 1000 }
            p50 = milliseconds(0.5)
            p90 = milliseconds(0.9)
            p99 = milliseconds(0.99)
            p999 = milliseconds(0.999)
            maximum = Double(histogram.maximum) / 1000
            mean = histogram.mean / 1000
        }
    }

    package struct Step: Codable {
        package let name: String
        package let done, right: Int
        package let success: Double
        package let perSecond: Double
        package let bytes: Int
        package let latency: Latency
        package let errors: [String: Int]

        init(_ name: String, _ tally: StepTally, seconds: Double) {
            self.name = name
            done = tally.done
            right = tally.right
            success = tally.done == 0 ? 1 : Double(tally.right) / Double(tally.done)
            perSecond = Double(tally.done) / max(seconds, 1)
            bytes = tally.bytes
            latency = Latency(tally.latency)
            errors = tally.errors
        }
    }

    /// One second of the whole run.
    package struct Moment: Codable {
        package let time, done, wrong, inVisit, connections, waiting, visits: Int
        package let p50, p99, processor: Double
    }

    package let mix, product, about, source: String
    package let command: [String]
    package let processes: Int
    package let processors: Int
    /// Seconds: of the run, and of its beginning that `steady` leaves out.
    package let length, ramp: Double
    /// Everything, from the first second to the last.
    package let whole: Step
    /// Without the ramp.
    package let steady: Step
    package let steps: [Step]
    package let visits: [String: Int]
    /// People in a visit at once, without the ramp.
    package let meanUsers, mostUsers: Double
    package let mostConnections: Int
    package let reconnects: Int
    /// The generator itself: seconds of processor time, its share of one processor, how late it sent (99 %, milliseconds).
    package let generatorProcessor, generatorShare, generatorDelay99: Double
    package let moments: [Moment]

    init(_ seconds: [Second], options: LoadOptions, mix: Mix, product: Product, command: [String]) {
        let ramp = Int(options.ramp.rounded(.up))
        var (all, after) = (Tally(), Tally())
        for second in seconds {
            all.merge(second.tally)
            if second.time > ramp { after.merge(second.tally) }
        }
        let lasted = Double(seconds.count)
        self.mix = mix.name
        self.product = product.name
        about = mix.about
        source = mix.source
        self.command = command
        processes = options.processes
        processors = ProcessInfo.processInfo.activeProcessorCount
        length = lasted
        self.ramp = Double(ramp)
        whole = Step("all", all.all, seconds: lasted)
        steady = Step("all", after.all, seconds: lasted - Double(ramp))
        steps = all.steps.sorted { $0.key < $1.key }.map { Step($0.key, $0.value, seconds: lasted) }
        visits = [
            "begun": all.visitsBegun, "ended": all.visitsEnded, "abandoned": all.visitsAbandoned,
            "nobody_left": all.nobodyLeft, "reloads": all.reloads,
        ]
        let held = seconds.filter { $0.time > ramp && !$0.isLast }
        meanUsers = held.isEmpty ? 0 : Double(held.reduce(0) { $0 + $1.inVisit }) / Double(held.count)
        mostUsers = Double(seconds.map(\.inVisit).max() ?? 0)
        mostConnections = seconds.map(\.connections).max() ?? 0
        reconnects = seconds.reduce(0) { $0 + $1.reconnects }
        generatorProcessor = seconds.last?.processor ?? 0
        generatorShare = generatorProcessor / max(lasted, 1)
        generatorDelay99 = Double(all.delay.value(at: 0.99)) / 1000
        moments = zip(seconds, [nil] + seconds.map(Optional.some)).map { second, before in
            let sum = second.tally.all
            return Moment(
                time: second.time, done: sum.done, wrong: sum.done - sum.right, inVisit: second.inVisit,
                connections: second.connections, waiting: second.waiting, visits: second.tally.visitsBegun,
                p50: Double(sum.latency.value(at: 0.5)) / 1000, p99: Double(sum.latency.value(at: 0.99)) / 1000,
                processor: max(0, second.processor - (before?.processor ?? 0)))
        }
    }

    /// In words, for the end of a run.
    var text: String {
        func number(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
        var lines = [
            "",
            "\(whole.done) requests in \(Int(length)) s, \(number(100 * whole.success, 3)) % right; "
                + "\(Int(meanUsers)) people at once (\(Int(mostUsers)) at most), \(mostConnections) connections",
            "after the ramp: \(number(steady.perSecond)) a second, \(number(100 * steady.success, 3)) % right, "
                + "p50 \(number(steady.latency.p50)) ms, p99 \(number(steady.latency.p99)) ms, "
                + "p99.9 \(number(steady.latency.p999)) ms, at most \(number(steady.latency.maximum)) ms",
            "visits: \(visits["begun"] ?? 0) begun, \(visits["abandoned"] ?? 0) abandoned, "
                + "\(visits["reloads"] ?? 0) times F5, \(visits["nobody_left"] ?? 0) for whom nobody was left",
            "generator: \(number(generatorProcessor)) s of processor (\(number(100 * generatorShare)) % of one), "
                + "sent \(number(generatorDelay99)) ms late (99 %)",
        ]
        for step in steps {
            lines.append(
                "  \(step.name): \(step.done), \(number(100 * step.success, 3)) % right, "
                    + "p50 \(number(step.latency.p50)) ms, p99 \(number(step.latency.p99)) ms"
                    + step.errors.sorted { $0.value > $1.value }.map { "\n    \($0.value) × \($0.key)" }.joined())
        }
        return lines.joined(separator: "\n")
    }

    /// Writes `report.json`, and `report.html` when there is a page to put it in.
    func write(to folder: String, page: String?) throws(LoadError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let data = try encoder.encode(self)
            try data.write(to: URL(fileURLWithPath: folder + "/report.json"))
            guard let page else { return }
            let template = try String(contentsOfFile: page, encoding: .utf8)
            // Inside a script element only "</" could end it.
            let json = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "</", with: "<\\/")
            try template.replacingOccurrences(of: "{{report}}", with: json)
                .write(toFile: folder + "/report.html", atomically: true, encoding: .utf8)
        } catch {
            throw .file(folder, reason: "\(error)")
        }
    }
}
