internal import Control
internal import HTTPClient
internal import Runtime

/// The admin service's jobs, on a loop of their own: an import of half a million people delays no page of the console.
final class JobsThread: @unchecked Sendable {
    // Safety: the parts are set before the object is shared and used on their loop.
    private let thread: EventLoopThread
    private let parts: LoopParts
    private let runner: JobRunner

    private init(_ thread: EventLoopThread, _ parts: LoopParts, _ runner: JobRunner) {
        self.thread = thread
        self.parts = parts
        self.runner = runner
    }

    /// Connections for work that takes long, to each server.
    private static let connections = 4

    static func start(_ shared: SharedParts, _ admin: ProcessConfiguration.Admin) async throws -> JobsThread {
        let thread = try EventLoopThread(name: "jobs")
        return await withUnsafeContinuation { continuation in
            thread.loop.execute {
                let parts = LoopParts(shared, on: thread.loop, backgroundConnections: connections)
                let runner = JobRunner(
                    loop: thread.loop, directory: parts.directory, connection: shared.directoryConnection,
                    kinds: kinds(shared, parts, admin), instance: shared.configuration.process, metrics: shared.metrics)
                runner.start()
                continuation.resume(returning: JobsThread(thread, parts, runner))
            }
        }
    }

    /// Every kind of job: a part of the control plane that has some adds them here.
    private static func kinds(
        _ shared: SharedParts, _ parts: LoopParts, _ admin: ProcessConfiguration.Admin
    ) -> [JobKind] {
        let service = AdminProcess.service(shared, parts, admin)
        var kinds = [
            FeedJob(FeedService(service, pool: shared.feedPool, interpreters: shared.interpreterPool)).job,
            Provisioning(directory: parts.directory, tenancy: parts.tenancy).job,
            Merger(directory: parts.directory, tenancy: parts.tenancy).job,
            LetterJob(
                directory: parts.directory, tenancy: parts.tenancy, keyring: shared.keyring,
                front: shared.configuration.front, threads: shared.documentPool
            ).job,
        ]
        // Without a mail server another instance may have one: this one does not take the jobs.
        if let sender = sender(shared, admin) {
            kinds.append(
                MailJob(
                    directory: parts.directory, tenancy: parts.tenancy, keyring: shared.keyring,
                    front: shared.configuration.front, sender: sender
                ).job)
        }
        return kinds
    }

    private static func sender(_ shared: SharedParts, _ admin: ProcessConfiguration.Admin) -> MailSender? {
        guard let mail = admin.mail else { return nil }
        let credentials = mail.credentials.flatMap { account in
            shared.secrets.mailPassword.map { (user: account.user, password: $0) }
        }
        let server = MailServer(
            host: mail.host, port: mail.port, security: mail.security, credentials: credentials, from: mail.from)
        return MailSender(server, pool: shared.blockingPool)
    }

    /// Gives back what runs, so that another instance takes it at once, and closes the connections.
    func stop() async {
        await withUnsafeContinuation { continuation in
            thread.loop.execute { [self] in
                thread.loop.spawn { [self] in
                    await runner.stop()
                    parts.close()
                    continuation.resume()
                }
            }
        }
    }

    /// Ends the thread, once `stop` has returned.
    func join() { thread.stopAndJoin() }
}
