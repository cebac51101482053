internal import Web

/// Set by the control plane's own middleware, which runs before the gate, on a call that carries the operators' token.
package enum OperatorKey: CallKey { package typealias Value = Bool }
