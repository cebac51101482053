import Testing

/// Suites that start servers: one test after the other, so that what they measure is their own.
@Suite(.serialized) enum OnServers {}
