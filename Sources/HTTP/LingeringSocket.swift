internal import CMicroHTTPD
internal import Glibc
internal import Runtime

/// A connection whose answer is sent and whose client may still be sending: read to its end, or for a moment.
final class LingeringSocket {
    private let descriptor: Int32
    private let loop: EventLoop
    private let count: Gauge
    private var registration: RegistrationID?
    private var timer: TimerID?
    private var isOpen = true

    init(_ descriptor: Int32, _ loop: EventLoop, _ count: Gauge) {
        self.descriptor = descriptor
        self.loop = loop
        self.count = count
        count.add(1)
    }

    /// Owns itself through the loop until it ends.
    func start(limit: Duration) {
        timer = loop.schedule(after: limit) { self.end() }
        registration = try? loop.register(descriptor, .read) { _ in self.read() }
        if registration == nil { end() }
    }

    private func read() {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, cmhd_dont_wait)
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { end() }
        }
    }

    private func end() {
        guard isOpen else { return }
        isOpen = false
        if let timer { loop.cancel(timer) }
        timer = nil
        if let registration { loop.unregister(registration) }
        registration = nil
        close(descriptor)
        count.add(-1)
    }
}
