internal import Runtime

/// Whose share of the line an exchange goes over. Given to a request's body and to a response by whoever knows the payer; used
/// on the loop of the exchange only.
package protocol ByteBudget: AnyObject, Sendable {
    /// Counts bytes that go in any case: a head, a page. A debt is paid before the next heavy bytes go.
    func spend(_ bytes: Int, upload: Bool)

    /// Takes what may go now of heavy bytes; 0 when nothing may.
    func take(upTo wanted: Int) -> Int

    /// Gives back what was taken and not sent.
    func giveBack(_ bytes: Int)

    /// Whether even pages have to wait a moment: far more was sent than there was.
    var isOverdrawn: Bool { get }

    /// Calls `body` once, on the loop, as soon as there may be something to take again.
    func whenRefilled(_ body: @escaping () -> Void)
}

extension ByteBudget {
    /// Suspends until there may be something to take again, or until `limit` has passed.
    func refilled(on loop: EventLoop, atMost limit: Duration) async {
        await withUnsafeContinuation { continuation in
            let first = FirstOfTwo(continuation)
            whenRefilled { first.resume() }
            loop.schedule(after: limit) { first.resume() }
        }
    }
}

/// A continuation that two may resume.
private final class FirstOfTwo {
    private var continuation: UnsafeContinuation<Void, Never>?

    init(_ continuation: UnsafeContinuation<Void, Never>) { self.continuation = continuation }

    func resume() {
        continuation?.resume()
        continuation = nil
    }
}

extension Response {
    /// In memory and up to this size, a response is a page: it is counted and goes. Anything larger is paced.
    static let heavyBytes = 65_536
}
