import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Admission

extension OnServers {
    @Suite struct SchoolGroupStoreTests {
        /// A guardian of a child in 6e A, of one without a class, and of one who has left.
        @Test func childrenWithoutAClassAreToldOfUntilTheyLeave() async throws {
            let platform = try await TestPlatform.shared.platform()
            let school = try platform.addEstablishment(on: 1)
            let node = try await platform.startNode()
            let (one, two, alone) = (PersonID.new(), PersonID.new(), PersonID.new())
            let (learner, newcomer, former) = (PersonID.new(), PersonID.new(), PersonID.new())
            try platform.sql(
                .shard(1),
                """
                insert into school_year values (\(school), 2026, '2026-09-01', '2027-07-02');
                insert into person (establishment_id, id, role, given_name, family_name, left_on) values
                    (\(school), '\(one)', 'guardian', 'Alix', 'Fictif', null),
                    (\(school), '\(two)', 'guardian', 'Noa', 'Fictif', null),
                    (\(school), '\(alone)', 'guardian', 'Sacha', 'Fictif', null),
                    (\(school), '\(learner)', 'pupil', 'Camille', 'Fictif', null),
                    (\(school), '\(newcomer)', 'pupil', 'Lou', 'Fictif', null),
                    (\(school), '\(former)', 'pupil', 'Eden', 'Fictif', '2026-07-03');
                insert into guardianship (establishment_id, guardian_id, pupil_id, kind, starts_on) values
                    (\(school), '\(one)', '\(learner)', 'legal_1', '2026-01-01'),
                    (\(school), '\(one)', '\(newcomer)', 'legal_1', '2026-01-01'),
                    (\(school), '\(two)', '\(learner)', 'legal_2', '2026-01-01'),
                    (\(school), '\(two)', '\(former)', 'legal_2', '2026-01-01');
                insert into teaching_group (establishment_id, id, school_year, kind, name, level)
                    values (\(school), '\(UUID.v7())', 2026, 'class', '6e A', '6e');
                insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on)
                    select \(school), 2026, id, '\(learner)', 'pupil', '2026-09-01' from teaching_group
                    where establishment_id = \(school)
                """)
            let asked = [one, two, alone, learner, newcomer]
            let groups = try await node.run { tenancy in
                try await SchoolGroupStore(tenancy).groups(of: asked, in: school)
            }
            let known = SchoolGroup(level: "6e", name: "6e A")
            #expect(Set(groups[one] ?? []) == [known, .unknown])
            #expect(groups[two] == [known])
            #expect(groups[learner] == [known])
            // Without a child here, or a pupil without a class: nothing is known, which is no refusal either.
            #expect(groups[alone] == nil)
            #expect(groups[newcomer] == nil)
            await node.stop()
        }
    }
}
