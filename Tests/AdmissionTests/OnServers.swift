import Testing

/// The suites that start servers and stop them: one after the other, so that what they measure is not each other.
@Suite(.serialized) enum OnServers {}
