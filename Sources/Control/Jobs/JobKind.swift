package import Web

/// A kind of work: its name and how it is done. Every instance of the admin service knows the same kinds.
package struct JobKind: Sendable {
    /// `establishment.provision`.
    package let name: String
    /// Seconds between two runs that the leader starts by itself; nil for work that somebody asks for.
    package let interval: Int?
    /// Does the work, or what is left of it, and returns what came of it.
    ///
    /// It may be killed at any point and then runs again from the last checkpoint, perhaps elsewhere: whatever it does between
    /// two checkpoints must do no harm when done twice. It runs on the jobs' own loop; what computes for long goes to a
    /// `BlockingPool`.
    /// - Throws: `JobError`; any other error counts as `.temporary`.
    package let run: @Sendable (JobRun) async throws -> JSON

    package init(
        _ subject: JobSubject, every interval: Int? = nil, run: @escaping @Sendable (JobRun) async throws -> JSON
    ) {
        self.init(test: subject.rawValue, every: interval, run: run)
    }

    /// For tests: of a kind that the product has not, and that only those with every right may see.
    init(test name: String, every interval: Int? = nil, run: @escaping @Sendable (JobRun) async throws -> JSON) {
        self.name = name
        self.interval = interval
        self.run = run
    }
}
