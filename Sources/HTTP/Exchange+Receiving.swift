internal import CMicroHTTPD
internal import Glibc
internal import Runtime

/// What libmicrohttpd calls with: the head, pieces of the body, the end.
extension Exchange {
    /// Most bytes of an unwanted body that are read, so that the connection can be used again, before it is closed.
    static let discardLimit = 262_144

    /// - Returns: false to have libmicrohttpd break the connection off.
    func receive(_ upload: UnsafePointer<CChar>?, _ size: UnsafeMutablePointer<Int>) -> Bool {
        switch phase {
        case .receivingHead:
            acceptHead()
        case .awaitingEnd:
            phase = .received
            suspend()
            server.spawn(self)
        case .bodyUnasked:
            // Resumed because the body is wanted, or is to be thrown away.
            phase = .receivingBody
        case .receivingBody:
            guard size.pointee > 0, let upload else {
                endBody()
                return true
            }
            return receiveBody(upload, size)
        case .received:
            suspend()
        case .answering:
            guard !isAnsweredPast else { return false }
            suspend()
        }
        return true
    }

    private func acceptHead() {
        do throws(Refusal) {
            let head = try readHead()
            if head.framing != .none {
                let declared: Int? = if case .length(let length) = head.framing { length } else { nil }
                let body = BodyChannel(declaredLength: declared, limit: server.configuration.limits.body)
                body.demand = { [unowned self] in wantBody() }
                self.body = body
            }
            request = Request(head, peer: connection.peer, receivedAt: startedAt, body: body)
            if body == nil {
                phase = .awaitingEnd
            } else {
                phase = .bodyUnasked
                suspend()
                server.spawn(self)
            }
        } catch {
            server.count(refused: error)
            connection.mustLinger = true
            queue(server.answer(to: error), closing: true)
        }
    }

    /// Copies the header block out of libmicrohttpd's buffer and reads it.
    private func readHead() throws(Refusal) -> MessageHead {
        let limits = server.configuration.limits
        let size = cmhd_head_size(connection.handle)
        guard let method = server.methodPointer, size > 0 else { throw .malformed }
        let offset = method.distance(to: UnsafePointer(target.start))
        guard target.length <= limits.target else { throw .targetTooLong }
        guard size <= limits.headerBlock else { throw .headersTooLarge }
        // One space, and only one, between the method and the target.
        guard offset > 1, offset + target.length < size, strnlen(method, offset) == offset - 1 else { throw .malformed }
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(start: method, count: size))
            target.restore(in: buffer, at: offset)
            count = size
        }
        let head = try MessageHead(bytes, target: offset..<offset + target.length, limits: limits)
        // A line that one of the two readings did not see means that they do not agree on the rest either.
        guard Int(cmhd_header_count(connection.handle)) == head.fields.count else { throw .malformed }
        return head
    }

    private func wantBody() {
        progressAt = server.loop.now
        resume()
    }

    private func receiveBody(_ upload: UnsafePointer<CChar>, _ size: UnsafeMutablePointer<Int>) -> Bool {
        guard let body else { return false }
        progressAt = server.loop.now
        if let answer = pendingAnswer {
            discarded += size.pointee
            body.discard(size.pointee)
            size.pointee = 0
            guard discarded <= Exchange.discardLimit else {
                answerPast(answer)
                return false
            }
            return true
        }
        let count = min(size.pointee, body.room)
        // Suspended first: the reader that `deliver` wakes must find the connection as it is.
        suspend()
        if count > 0 {
            upload.withMemoryRebound(to: UInt8.self, capacity: count) {
                body.deliver(UnsafeBufferPointer(start: $0, count: count))
            }
            size.pointee -= count
        }
        return true
    }

    private func endBody() {
        phase = .received
        body?.end()
        if let answer = pendingAnswer {
            pendingAnswer = nil
            queue(answer, closing: false)
        } else {
            suspend()
        }
    }
}
