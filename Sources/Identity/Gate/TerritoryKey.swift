internal import Tenancy
internal import Web

/// Where the gate leaves the territory that the Host header names.
enum TerritoryKey: CallKey { typealias Value = Territory }
