/// What a command on Redis can fail with. Nothing here carries a key, a value or an argument.
package enum RedisError: Error, Equatable, Sendable {
    /// No connection, or it was lost while the command was on its way: the command may or may not have run.
    case unavailable
    /// No reply within the command's deadline: the command may still run.
    case timedOut
    /// Too many commands or bytes wait for replies already; nothing was sent.
    case overloaded
    /// Redis refused the command; the first word of its message (`WRONGTYPE`, `READONLY`, `ERR`, a function's own code).
    case server(code: String)
    /// The client was closed by its owner.
    case closed
}
