internal import Tenancy

/// Under which territory and establishment the audit log keeps a line, so that those in charge of them find it.
struct AuditPlace: Sendable {
    let territory: TerritoryID?
    let establishment: EstablishmentID?
}
