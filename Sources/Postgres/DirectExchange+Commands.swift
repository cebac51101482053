internal import CPostgres
internal import Runtime

extension DirectExchange {
    private static let chunk = 65536

    func script(_ sql: String) async throws(PostgresError) {
        try await begin(sql)
        _ = try await outcome()
    }

    func copyIn(_ sql: String, _ body: (PostgresCopyWriter) async throws -> Void) async throws -> Int {
        try await begin(sql)
        try await expect(PGRES_COPY_IN)
        do {
            try await body(PostgresCopyWriter(self))
            if Task.isCancelled { interrupt(.cancelled) }
            if let failure { throw failure }
        } catch {
            // Says so to the server, whose refusal of the rest is not news.
            if connection.loss == nil, PQputCopyEnd(connection.handle, "abandoned") >= 0 { _ = try? await outcome() }
            throw error
        }
        guard PQputCopyEnd(connection.handle, nil) >= 0 else { throw lost() }
        return try await outcome()
    }

    func copyOut(_ sql: String, _ body: ([UInt8]) async throws -> Void) async throws -> Int {
        try await begin(sql)
        try await expect(PGRES_COPY_OUT)
        do {
            while let piece = try await nextPiece() { try await body(piece) }
        } catch {
            if connection.loss == nil, failure == nil { interrupt(.cancelled) }
            while connection.loss == nil, (try? await nextPiece()) != nil {}
            _ = try? await outcome()
            throw error
        }
        return try await outcome()
    }

    func put(_ bytes: [UInt8]) async throws(PostgresError) {
        var position = 0
        while position < bytes.count {
            if let failure { throw failure }
            guard connection.loss == nil else { throw lost() }
            let count = min(DirectExchange.chunk, bytes.count - position)
            let sent = bytes.withUnsafeBytes { all in
                PQputCopyData(
                    connection.handle, all.baseAddress?.advanced(by: position).assumingMemoryBound(to: CChar.self),
                    Int32(count))
            }
            guard sent >= 0 else { throw lost() }
            if sent == 1 { position += count }
            // libpq would take everything into memory; the bound is ours.
            try await flush()
        }
    }

    // MARK: Steps

    private func begin(_ sql: String) async throws(PostgresError) {
        guard connection.loss == nil, PQsendQuery(connection.handle, sql) == 1 else { throw lost() }
        try await flush()
    }

    private func flush() async throws(PostgresError) {
        while true {
            guard connection.loss == nil else { throw lost() }
            switch PQflush(connection.handle) {
            case 0: return
            case 1:
                if let failure { throw failure }
                try await wait(for: [.read, .write])
                // A server that sends, an error for instance, may not read before it is read from.
                guard connection.loss == nil, PQconsumeInput(connection.handle) == 1 else { throw lost() }
            default: throw lost()
            }
        }
    }

    private func nextResult() async throws(PostgresError) -> OpaquePointer? {
        while true {
            guard connection.loss == nil else { throw lost() }
            if PQisBusy(connection.handle) == 0 { return PQgetResult(connection.handle) }
            // The last bytes of a COPY find no room when the network is slower than we are; nobody else sends them.
            let isLeft = PQflush(connection.handle) == 1
            try await wait(for: isLeft ? [.read, .write] : .read)
            guard connection.loss == nil else { throw lost() }
            if PQconsumeInput(connection.handle) == 0, PQisBusy(connection.handle) == 1 { throw lost() }
        }
    }

    /// Waits for the command to begin its COPY.
    private func expect(_ status: ExecStatusType) async throws(PostgresError) {
        guard let result = try await nextResult() else { throw lost() }
        let found = PQresultStatus(result)
        defer { PQclear(result) }
        if found == status { return }
        if found == PGRES_FATAL_ERROR {
            let error = ServerFailure(result).error
            _ = try await outcome()
            throw failure ?? error
        }
        // COPY the other way, or no COPY at all: its rest is not worth reading.
        connection.lose(.connectionLost)
        throw .misuse("the statement is not the COPY that was announced")
    }

    /// Reads to the end of the command. - Returns: the number of rows that its last result reports.
    private func outcome() async throws(PostgresError) -> Int {
        var error: PostgresError?
        var affected = 0
        while let result = try await nextResult() {
            switch PQresultStatus(result) {
            case PGRES_FATAL_ERROR:
                if error == nil { error = ServerFailure(result).error }
                PQclear(result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(result)
                connection.lose(.connectionLost)
                throw .misuse("COPY in a script")
            default: affected = PostgresRows(QueryResult(owned: result)).affected
            }
        }
        if let failure { throw failure }
        if let error { throw error }
        return affected
    }

    /// Some rows of a COPY out; nil at its end, for `outcome` to say how it went.
    private func nextPiece() async throws(PostgresError) -> [UInt8]? {
        var piece: [UInt8] = []
        while true {
            guard connection.loss == nil else { throw lost() }
            var row: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(connection.handle, &row, 1)
            if count > 0, let row {
                UnsafeRawBufferPointer(start: row, count: Int(count)).withMemoryRebound(to: UInt8.self) {
                    piece.append(contentsOf: $0)
                }
                PQfreemem(row)
                if piece.count >= DirectExchange.chunk { return piece }
            } else if count == 0 {
                if !piece.isEmpty { return piece }
                try await wait(for: .read)
                guard connection.loss == nil else { throw lost() }
                if PQconsumeInput(connection.handle) == 0 { throw lost() }
            } else {
                return piece.isEmpty ? nil : piece
            }
        }
    }

    private func lost() -> PostgresError {
        connection.lose(.connectionLost)
        return failure ?? .unavailable(.connectionLost)
    }
}
