internal import CMicroHTTPD
internal import Glibc
internal import Runtime

/// The way back: the handler's response into libmicrohttpd's.
extension Exchange {
    /// Runs the handler and sends what it answers: the body of a request's task.
    func run() async {
        guard let request else { return }
        // What a streamed answer needs stays out of the frame that waits for every handler.
        let response = await server.handler(request)
        if let budget = response.budget, budget.isOverdrawn {
            // A moment at most: pages are slowed down, never stopped.
            await budget.refilled(on: server.loop, atMost: .seconds(1))
        }
        if let stream = answer(response, to: request) { await send(stream) }
    }

    private struct Stream {
        let writer: ResponseWriter
        let isCompressed: Bool
        let write: @Sendable (ResponseWriter) async throws -> Void
    }

    /// - Returns: what is left to do for a body that is not in memory.
    private func answer(_ response: Response, to request: Request) -> Stream? {
        guard isLive else { return nil }
        var outgoing = OutgoingResponse(response, to: request) { server.compress($0) }
        if let budget = response.budget {
            self.budget = budget
            outgoing = outgoing.pacedIfHeavy()
            budget.spend(outgoing.sizeAtOnce, upload: false)
        }
        guard case .stream(_, let isCompressed, let write) = outgoing.body, request.method != .head else {
            answer(outgoing)
            return nil
        }
        let writer = ResponseWriter()
        self.writer = writer
        answer(outgoing)
        return Stream(writer: writer, isCompressed: isCompressed, write: write)
    }

    private func send(_ stream: Stream) async {
        server.meters.streams.add(1)
        defer { server.meters.streams.add(-1) }
        do {
            if stream.isCompressed { try stream.writer.compress() }
            try await stream.write(stream.writer)
            stream.writer.finish()
        } catch {
            if isLive { server.log.warning("response broken off", ("request", .text(request?.id ?? ""))) }
            stream.writer.breakOff()
        }
    }

    /// Gives the answer to libmicrohttpd when it can take one: it does so before a body is read, and then closes the
    /// connection, or after the whole of it. In between, what is left of the body is thrown away if that is little.
    private func answer(_ outgoing: OutgoingResponse) {
        switch phase {
        case .received:
            queue(outgoing, closing: false)
            resume()
        case .bodyUnasked, .receivingBody:
            let left = body.map { ($0.declaredLength ?? 0) - $0.received } ?? 0
            let isAwaited = phase == .bodyUnasked && request?.head.expectsContinue == true
            if left <= Exchange.discardLimit, !isAwaited, body?.failure == nil {
                pendingAnswer = outgoing
                progressAt = server.loop.now
                resume()
            } else if phase == .bodyUnasked {
                connection.mustLinger = true
                queue(outgoing, closing: true)
                resume()
            } else {
                answerPast(outgoing)
                resume()
            }
        case .receivingHead, .awaitingEnd, .answering:
            return
        }
    }

    /// Sends the answer past libmicrohttpd, which takes none while it reads a body.
    func answerPast(_ outgoing: OutgoingResponse) {
        pendingAnswer = nil
        phase = .answering
        status = outgoing.status
        var body: [UInt8] = []
        if case .bytes(let bytes) = outgoing.body, request?.method != .head { body = bytes }
        connection.sendRaw(status: outgoing.status, headers: outgoing.headers, body: body)
        connection.finish()
        isAnsweredPast = true
        writer?.fail(.disconnected)
    }

    /// The client is too slow to send what nobody wants.
    func giveUpDiscarding() {
        guard let answer = pendingAnswer else { return }
        answerPast(answer)
    }

    /// - Parameter closing: the connection cannot be used again.
    func queue(_ outgoing: OutgoingResponse, closing: Bool) {
        guard isLive else { return }
        phase = .answering
        status = outgoing.status
        progressAt = server.loop.now
        guard let response = makeResponse(outgoing.body) else { return connection.cut() }
        defer { MHD_destroy_response(response) }
        if outgoing.body.length == nil, request?.method == .head || !outgoing.status.allowsBody {
            // libmicrohttpd 0.9.75 sends the last chunk of a chunked body also when it sends no body: on a connection that
            // is kept, the client would take it for the start of the next response.
            cmhd_end_with_connection(response)
        }
        for (name, value) in outgoing.headers where !value.isEmpty && !Exchange.isOurs(name) {
            // Lent as they are: as an argument, each would be copied into an array first.
            name.withCString { name in value.withCString { _ = MHD_add_response_header(response, name, $0) } }
        }
        if let name = server.configuration.serverName { MHD_add_response_header(response, "Server", name) }
        if closing || server.isDraining { MHD_add_response_header(response, "Connection", "close") }
        if MHD_queue_response(connection.handle, UInt32(outgoing.status.rawValue), response) != cmhd_yes {
            connection.cut()
        }
    }

    /// What a streamed body hands over at once, in bytes.
    private static let blockSize = 65_536

    private func makeResponse(_ body: OutgoingResponse.Body) -> OpaquePointer? {
        switch body {
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { cmhd_response_with_bytes($0.count, $0.baseAddress) }
        case .stream(let length, _, _), .unsent(let length):
            return MHD_create_response_from_callback(
                length.map(UInt64.init) ?? cmhd_size_unknown, Exchange.blockSize, readStream,
                Unmanaged.passRetained(self).toOpaque(),
                releaseStream)
        }
    }

    /// Fields that are libmicrohttpd's to write; a second one would contradict it.
    private static func isOurs(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: HeaderFields.isSame(name, "Date")
        case 10: HeaderFields.isSame(name, "Connection")
        case 14: HeaderFields.isSame(name, "Content-Length")
        case 17: HeaderFields.isSame(name, "Transfer-Encoding")
        default: false
        }
    }

    /// As much as the payer's share of the line allows; suspended until it allows more.
    private func take(from writer: ResponseWriter, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        isAwaitingBudget = false
        guard let budget, writer.hasBytes else { return writer.take(into: buffer) }
        let allowed = budget.take(upTo: min(buffer.count, Exchange.blockSize))
        guard allowed > 0 else {
            isAwaitingBudget = true
            suspend()
            budget.whenRefilled { [self] in resume() }
            return 0
        }
        let count = writer.take(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<allowed]))
        budget.giveBack(allowed - count)
        return count
    }

    /// Fills libmicrohttpd's buffer with what was written; suspends until there is more.
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let writer, writer.failure == nil else { return cmhd_end_with_error }
        progressAt = server.loop.now
        let count = take(from: writer, into: buffer)
        if count > 0 {
            // It asks for another run because there is more to send: a socket that takes all of it has no event to tell.
            server.runsWithoutEvent = 0
            return count
        }
        if isAwaitingBudget { return 0 }
        if writer.isBroken { return cmhd_end_with_error }
        if writer.isFinished { return cmhd_end_of_stream }
        suspend()
        if writer.ready == nil { writer.ready = { [unowned self] in resume() } }
        return 0
    }
}

private let readStream: MHD_ContentReaderCallback = { context, _, buffer, count in
    guard let context, let buffer else { return cmhd_end_with_error }
    return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
        .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
}

private let releaseStream: MHD_ContentReaderFreeCallback = { context in
    guard let context else { return }
    Unmanaged<Exchange>.fromOpaque(context).release()
}
