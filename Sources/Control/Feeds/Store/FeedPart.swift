/// What an import changes in one establishment: columns as PostgreSQL writes arrays, handed from the directory to the shard
/// as they are.
struct FeedPart: Sendable {
    var ids = "{}"
    var roles = "{}"
    var given = "{}"
    var family = "{}"
    var births = "{}"
    var externals = "{}"
    var sources = "{}"
    var fed = "{}"
    /// Those of them who may be in classes, groups and lessons: guardians are not.
    var placed = "{}"
    /// Pairs of a pupil and a guardian, with what the guardian is.
    var linkedPupils = "{}"
    var linkedGuardians = "{}"
    var linkKinds = "{}"
    /// People who leave.
    var leaving = "{}"
    /// The classes and groups that the feed names here, as JSON.
    var groups = "[]"
    var subjectCodes = "{}"
    var subjectNames = "{}"
    /// Nobody was fed here before.
    var isFirst = false
}
