/// What the runtime itself can fail with.
package enum RuntimeError: Error, Equatable {
    /// A system call failed; `call` is its name, `code` its errno.
    case system(call: String, code: Int32)
    /// The blocking pool's queue is full: the caller sheds the work, it never waits without bound.
    case overloaded
    /// The loop or pool was stopped before the work could run.
    case stopped
    /// A host name has no address, or the name servers do not answer.
    case unknownHost
}
