import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite struct ListenerTests {
    private final class Heard: @unchecked Sendable {
        // Safety: used on the test's loop only.
        var notifications: [String] = []
        var connects = 0
    }

    @Test func hearsAndComesBack() async throws {
        let server = try TestPostgres.start()
        try await onLoop { loop in
            let heard = Heard()
            var configuration = server.configuration("listener")
            configuration.reconnectDelays = .milliseconds(20)...(.milliseconds(200))
            let listener = PostgresListener(
                loop: loop, configuration: configuration, channels: ["preau_map", "odd \"name\""], log: Log("test"),
                onConnect: { heard.connects += 1 }, onNotification: { heard.notifications.append("\($0)=\($1)") })
            defer { listener.close() }
            #expect(try await eventually(loop) { heard.connects == 1 })
            _ = try await blocking {
                try server.sql("notify preau_map, '42'; notify \"odd \"\"name\"\"\", 'é'; notify other")
            }
            #expect(try await eventually(loop) { heard.notifications == ["preau_map=42", "odd \"name\"=é"] })
            try await blocking { server.kill() }
            #expect(try await eventually(loop) { !listener.isConnected })
            try await blocking { try server.startAgain() }
            #expect(try await eventually(loop) { heard.connects == 2 })
            _ = try await blocking { try server.sql("notify preau_map, '43'") }
            #expect(try await eventually(loop) { heard.notifications.last == "preau_map=43" })
        }
    }

    @Test func noticesAServerThatHangs() async throws {
        let server = try TestPostgres.start()
        try await onLoop { loop in
            let heard = Heard()
            var configuration = server.configuration("listener")
            configuration.idleCheck = .milliseconds(200)
            configuration.connectDeadline = .seconds(1)
            configuration.reconnectDelays = .milliseconds(20)...(.milliseconds(200))
            let listener = PostgresListener(
                loop: loop, configuration: configuration, channels: ["c"], log: Log("test"),
                onConnect: { heard.connects += 1 }, onNotification: { _, _ in })
            defer { listener.close() }
            #expect(try await eventually(loop) { heard.connects == 1 })
            try await blocking { server.pause() }
            #expect(try await eventually(loop, within: .seconds(15)) { !listener.isConnected })
            try await blocking { server.resume() }
            #expect(try await eventually(loop) { heard.connects == 2 })
        }
    }
}
