package import Postgres
package import Tenancy

/// What planning and applying can fail with. Nothing was changed, but for `.notOpened`.
package enum ApplyError: Error {
    /// The directory did not answer, or refused.
    case directory(PostgresError)
    /// The plan has notices that stand in the way.
    case refused([PlanNotice])
    /// Something that the plan depends on was changed by somebody else while it was carried out; trying again helps.
    case changedMeanwhile
    /// All is in the directory, but new establishments could not be opened; applying again goes on from there.
    case notOpened(TenancyError)
}
