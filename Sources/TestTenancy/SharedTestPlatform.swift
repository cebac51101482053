/// One platform for every test that does its servers no harm and keeps to establishments of its own.
package actor SharedTestPlatform {
    private var starting: Task<TestPlatform, any Error>?

    private let settings: [String: String]

    /// - Parameter settings: more lines of postgresql.conf.
    package init(settings: [String: String] = [:]) { self.settings = settings }

    /// The platform, started by the first who asks.
    package func platform() async throws -> TestPlatform {
        let task = starting ?? Task { [settings] in try await TestPlatform.start(settings: settings) }
        starting = task
        return try await task.value
    }
}
