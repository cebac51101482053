/// One platform for every test that does its servers no harm and keeps to establishments of its own.
package actor SharedTestPlatform {
    private var starting: Task<TestPlatform, any Error>?

    package init() {}

    /// The platform, started by the first who asks.
    package func platform() async throws -> TestPlatform {
        let task = starting ?? Task { try await TestPlatform.start() }
        starting = task
        return try await task.value
    }
}
