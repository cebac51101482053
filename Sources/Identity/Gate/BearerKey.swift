internal import Web

/// Where the gate leaves the access token of a call, when there is one.
enum BearerKey: CallKey { typealias Value = Bearer }
