internal import Admission
internal import Web

/// Where the gate leaves the session of a call.
enum SessionKey: CallKey { typealias Value = Session }

/// The same session before the calendar took profiles from it.
enum WholeSessionKey: CallKey { typealias Value = Session }

/// The profiles that the calendar took.
enum ClosuresKey: CallKey { typealias Value = [(profile: Visitor.Profile, closure: Closure)] }
