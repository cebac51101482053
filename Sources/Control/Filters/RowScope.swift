package import Tenancy

/// Which rows of the control plane's own tables somebody may see: all, or those of what is in their charge.
package enum RowScope: Sendable, Equatable {
    case everything
    case only(territories: [TerritoryID], establishments: [EstablishmentID])
}
