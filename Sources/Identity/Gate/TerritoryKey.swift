internal import Tenancy
internal import Web

/// Where the gate leaves the territory that the Host header names.
enum TerritoryKey: CallKey { typealias Value = Territory }

/// Where the gate leaves the establishment whose own host name was asked for.
enum HostEstablishmentKey: CallKey { typealias Value = Establishment }
