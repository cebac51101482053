internal import Runtime
internal import Tenancy
internal import Web

extension IdentityService {
    /// What somebody is, in a line: `Élève · Collège des Tilleuls`; `Responsable · 2 établissements`.
    func title(of holder: Holder, _ language: Language) -> String {
        guard let first = holder.profiles.first else {
            return holder.mandates.first.map { $0.role.phrase[language] } ?? ""
        }
        let isOneSchool = holder.profiles.allSatisfy { $0.establishment == first.establishment }
        let place =
            isOneSchool
            ? tenancy.map[first.establishment]?.name
            : Phrase.schools(Set(holder.profiles.map(\.establishment)).count)[language]
        let role = first.role.phrase[language]
        return place.map { role + " · " + $0 } ?? role
    }

    /// Each profile and mandate with the place that it is held in.
    func places(of holder: Holder) -> [(role: Role, place: String)] {
        holder.profiles.map { ($0.role, tenancy.map[$0.establishment]?.name ?? "–") }
            + holder.mandates.map { mandate in
                (mandate.role, mandate.territory.flatMap { tenancy.territories[$0]?.name } ?? "Préau")
            }
    }

    /// The zone of the territory's clocks, else of the person's first school, else Paris.
    func timeZone(_ territory: Territory?, _ holder: Holder) throws(TenancyError) -> SchoolTimeZone {
        if let territory { return territory.timeZone }
        if let school = holder.profiles.first.flatMap({ tenancy.map[$0.establishment] }) { return school.timeZone }
        return try SchoolTimeZone.named("Europe/Paris")
    }
}
