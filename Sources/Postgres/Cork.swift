internal import Glibc

/// Holds back what is written to a TCP socket (`TCP_CORK`) while more is about to come: one packet, and one wake-up of the
/// server's process, for all that a turn of the loop asks for. On other sockets it does nothing.
struct Cork {
    private let socket: Int32
    private(set) var isClosed = false
    private var isOfUse = true

    init(socket: Int32) { self.socket = socket }

    /// - Returns: true when it was open; whoever closed it has to open it.
    mutating func close() -> Bool {
        guard isOfUse, !isClosed else { return false }
        isOfUse = set(1)
        isClosed = isOfUse
        return isClosed
    }

    mutating func open() {
        guard isClosed else { return }
        isClosed = false
        isOfUse = set(0)
    }

    private func set(_ value: Int32) -> Bool {
        withUnsafePointer(to: value) {
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, $0, socklen_t(MemoryLayout<Int32>.size)) == 0
        }
    }
}
