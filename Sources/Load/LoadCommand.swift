internal import Foundation
internal import Glibc
internal import Runtime

/// `preau-load`: what it can be asked for.
package enum LoadCommand {
    private static let help = """
        preau-load: visits of many people at once, at times that nothing but the model decides.

          run      \(LoadOptions.usage)
              one of  --users N [--ramp S] [--seconds S]      so many people in a visit at once
                      --rate N [--ramp S] [--seconds S]       so many visits a second
                      --day N [--from H] [--to H]             so many visits in a day, played --speed times as fast
              [--hour H] [--speed N] [--report FOLDER] [--page FILE] [--at-least PERCENT]
          prepare  \(LoadOptions.usage)
              --way NAME [--at-once N]   signs everybody in once, and keeps their sessions in --sessions
          check    --adapter FILE --mix FILE --people FILE --front URL --rate 1     reads the files
          identity-provider --listen 127.0.0.1:PORT --client-id ID --secret-file FILE
              an identity provider of OpenID Connect that says of everybody that they are who they say

        --people: a table with tabs; its first line names the columns: login, role, host, and what the adapter asks for.
        --at-least: ends with status 1 when fewer of the requests were right.
        """

    /// - Parameter arguments: after the program's name.
    package static func run(_ words: [String]) throws {
        guard let name = words.first, name != "--help", name != "-h" else { return print(help) }
        var arguments = Arguments(Array(words.dropFirst()))
        switch name {
        case "identity-provider": try IdentityProvider.run(&arguments)
        case "run", "prepare", "check": try load(name, words, &arguments)
        default:
            throw UsageError("expected run, prepare, check or identity-provider, found “\(name)”; --help says more")
        }
    }

    private static func load(_ name: String, _ words: [String], _ arguments: inout Arguments) throws {
        let part = try arguments.option("--part").flatMap { Int($0) }
        let start = try arguments.option("--start").flatMap { UInt64($0) }
        let report = try arguments.option("--report")
        let page = try arguments.option("--page")
        let way = name == "prepare" ? try arguments.required("--way") : ""
        let atOnce = try arguments.option("--at-once").flatMap { Int($0) } ?? 32
        let least = try arguments.option("--at-least").flatMap { Double($0) } ?? 0
        let options = try LoadOptions(&arguments, isRun: name == "run")
        try arguments.end()
        guard let part, let start else {
            // Said once, before processes are started: each would say it again.
            let (mix, product) = (try options.readMix(), try options.readProduct())
            _ = try options.readPeople(part: 0)
            guard name != "check" else { return print("the files are as they should be") }
            if name == "prepare", options.sessions == nil { throw UsageError("--sessions is missing") }
            if name == "prepare", product.ways[way] == nil { throw UsageError("--way: “\(way)” is not in the adapter") }
            let seconds = try Run.perform(options, command: words)
            if let file = options.sessions { try SessionFile.join(file, parts: options.processes) }
            let found = RunReport(
                seconds, options: options, mix: mix, product: product, command: words.filter { $0 != options.password })
            print(found.text)
            if let report { try found.write(to: report, page: page) }
            guard 100 * found.whole.success >= least, found.whole.done > 0 else {
                throw LoadError.usage("fewer than \(least) % of the requests were right")
            }
            return
        }
        try work(options, part: part, start: Instant(nanoseconds: start)) { worker in
            if name == "prepare" { worker.prepare(way, atOnce: max(1, atOnce)) } else { worker.run() }
        }
    }

    /// One process of a run.
    private static func work(
        _ options: LoadOptions, part: Int, start: Instant, _ body: @escaping @Sendable (Worker) -> Void
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        Descriptors.raiseLimit()
        let loop = try EventLoop(name: "load-\(part)")
        let worker = try Worker(options, part: part, start: start, loop: loop)
        loop.execute { body(worker) }
        loop.run()
        // Not by way of everything that is still open: its end is nobody's measure.
        exit(0)
    }
}
