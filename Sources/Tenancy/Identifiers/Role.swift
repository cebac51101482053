/// What a profile makes of its holder. The raw values are stored in the databases, in sessions and in the API.
package enum Role: String, CaseIterable, Hashable, Sendable {
    case pupil
    case guardian
    case teacher
    case schoolLife = "school_life"
    case head
    /// Administrative, technical and health staff.
    case staff
    case territoryAdmin = "territory_admin"
    case regionAdmin = "region_admin"
    case platformAdmin = "platform_admin"
    /// Administers one establishment, without a role in its life.
    case establishmentAdmin = "establishment_admin"

    /// Held in an establishment, through a profile; the others are held over a territory or the platform.
    package var isHeldInEstablishment: Bool {
        switch self {
        case .pupil, .guardian, .teacher, .schoolLife, .head, .staff: true
        case .territoryAdmin, .regionAdmin, .platformAdmin, .establishmentAdmin: false
        }
    }
}
