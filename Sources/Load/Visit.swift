internal import Runtime

/// What one person does from arriving to leaving.
struct Visit: Sendable {
    private let worker: Worker
    private let person: Person
    private let role: Mix.Role
    private let browser: Browser

    init(_ person: Person, _ role: Mix.Role, _ worker: Worker) {
        self.person = person
        self.role = role
        self.worker = worker
        browser = Browser(
            person, worker.product, worker.parts, constants: worker.constants, acceptsGzip: worker.mix.acceptsGzip)
    }

    private var patience: Mix.Patience { worker.mix.patience }

    /// - Parameter arrival: when it was meant to begin.
    func run(_ arrival: Instant) async {
        defer { browser.close() }
        guard let entered = await enter(arrival) else { return leave(isAbandoned: true) }
        let pages = worker.chance.geometric(mean: role.pagesPerVisit)
        var isCold = worker.chance.happens(role.coldCache)
        var intended = entered
        for number in 0..<pages {
            guard let name = number == 0 ? role.first : worker.chance.pick(role.pages),
                let page = worker.product.pages[name]
            else { return leave(isAbandoned: true) }
            guard let body = await view(page, intended) else { return leave(isAbandoned: true) }
            if isCold {
                isCold = false
                await fetchAssets(of: body)
            }
            // Also after the last page: somebody reads it before they are gone.
            intended = .now + think()
            guard await worker.wait(until: intended) else { return }
        }
        if worker.chance.happens(role.signOut) {
            for step in worker.product.signOut {
                guard await attempt(step, intended, within: patience.giveUp) != nil else { break }
                intended = .now
            }
            person.cookies = []
        }
        leave(isAbandoned: false)
    }

    private func leave(isAbandoned: Bool) {
        guard !worker.isOver else { return }
        worker.tally.visitsEnded += 1
        if isAbandoned { worker.tally.visitsAbandoned += 1 }
    }

    private func think() -> Duration {
        .nanoseconds(
            Int64(worker.chance.logNormal(median: role.think.median, sigma: role.think.sigma) / worker.speed * 1e9))
    }

    // MARK: Arriving

    /// Signs in, or finds that a session is there; when the first page is meant to be asked for, nil when it came to nothing.
    private func enter(_ arrival: Instant) async -> Instant? {
        let hasSession = person.cookie(worker.product.sessionCookie) != nil
        var way = worker.chance.pick(role.entry) ?? "warm"
        if way == "warm" {
            if hasSession { return arrival }
            guard let other = worker.chance.pick(role.entry.filter { $0.element != "warm" }) else {
                worker.tally.steps["sign-in", default: StepTally()].fail("no session to begin with")
                return nil
            }
            way = other
        }
        return await signIn(way, arrival) ? .now : nil
    }

    /// False when it came to nothing.
    func signIn(_ way: String, _ arrival: Instant) async -> Bool {
        person.cookies = []
        var intended = arrival
        for step in worker.product.ways[way] ?? [] {
            guard await attempt(step, intended, within: patience.giveUp) != nil else { return false }
            intended = .now
        }
        return person.cookie(worker.product.sessionCookie) != nil
    }

    /// Whether the session that is there still opens the first page.
    func isStillSignedIn() async -> Bool {
        guard person.cookie(worker.product.sessionCookie) != nil, let page = worker.product.pages[role.first] else {
            return false
        }
        return await attempt(page, .now, within: patience.giveUp) != nil
    }

    func end() { browser.close() }

    // MARK: Pages

    /// Asks for a page as an impatient person does; nil when they give up.
    private func view(_ page: Product.Step, _ intended: Instant) async -> [UInt8]? {
        var intended = intended
        for reload in 0...patience.mostReloads {
            let isImpatient = reload < patience.mostReloads && worker.chance.happens(patience.reload)
            let started = Instant.now
            if let body = await attempt(page, intended, within: isImpatient ? patience.limit : patience.giveUp) {
                return body
            }
            guard isImpatient, !worker.isOver else { return nil }
            intended = max(.now, started + .nanoseconds(Int64(patience.pause * 1e9)))
            guard await worker.wait(until: intended) else { return nil }
            worker.tally.reloads += 1
        }
        return nil
    }

    /// One request, counted; its body when it is right, be it late.
    private func attempt(_ step: Product.Step, _ intended: Instant, within seconds: Double) async -> [UInt8]? {
        worker.tally.delay.record(microseconds: Instant.now.since(intended).wholeNanoseconds / 1000)
        let outcome = await browser.ask(step, within: .nanoseconds(Int64(seconds * 1e9)))
        return count(outcome, as: step.name, since: intended)
    }

    private func fetchAssets(of body: [UInt8]) async {
        for asset in worker.product.assets {
            for path in asset.all(in: body, most: 10) where path.hasPrefix("/") {
                let started = Instant.now
                let outcome = await browser.fetch(path, within: .nanoseconds(Int64(patience.giveUp * 1e9)))
                _ = count(outcome, as: "asset", since: started)
            }
        }
    }

    private func count(_ outcome: Browser.Outcome, as name: String, since intended: Instant) -> [UInt8]? {
        guard !worker.isOver else { return nil }
        let latency = Instant.now.since(intended).wholeNanoseconds / 1000
        switch outcome {
        case .wrong(let kind):
            worker.tally.steps[name, default: StepTally()].fail(kind)
            return nil
        case .right(let body, let size):
            worker.tally.steps[name, default: StepTally()].succeed(
                size: size, latency: latency, limit: UInt64(patience.limit * 1e6))
            return body
        }
    }
}

extension StepTally {
    /// - Parameters: microseconds.
    mutating func succeed(size: Int, latency: UInt64, limit: UInt64) {
        bytes += size
        self.latency.record(microseconds: latency)
        guard latency <= limit else { return fail("late") }
        done += 1
        right += 1
    }
}
