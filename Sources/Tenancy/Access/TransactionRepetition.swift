/// What may be done again when the session of a transaction ends under it: a server that is replaced ends them all.
package enum TransactionRepetition: Sendable {
    /// What the body did outside the transaction cannot be done twice.
    case never
    /// As long as its commit was not asked for, so that nothing of it was kept.
    case whenUndone
    /// Also when nobody knows whether it was kept: the body finds out, and does nothing twice.
    case always

    func allows(afterItsEnd ended: Bool) -> Bool {
        switch self {
        case .never: false
        case .whenUndone: !ended
        case .always: true
        }
    }
}
