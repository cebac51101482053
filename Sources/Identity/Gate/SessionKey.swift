internal import Web

/// Where the gate leaves the session of a call.
enum SessionKey: CallKey { typealias Value = Session }
