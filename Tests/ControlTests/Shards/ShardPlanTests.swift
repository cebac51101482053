import Tenancy
import Testing

@testable import Control

@Suite struct ShardPlanTests {
    private func place(_ id: Int16, _ state: Shard.State = .active, weight: Int = 100) -> ShardPlan.Place {
        ShardPlan.Place(id: ShardID(rawValue: id), state: state, weight: weight)
    }

    private func schools(_ count: Int, on shard: Int16, people: Int, from first: Int = 0) throws -> [ShardPlan.School] {
        try (first..<first + count).map { number in
            ShardPlan.School(
                id: EstablishmentID(rawValue: Int32(number + 1)), uai: try #require(UAI(number: 9_100_000 + number)),
                shard: ShardID(rawValue: shard), people: people)
        }
    }

    private func loads(_ plan: ShardPlan, _ schools: [ShardPlan.School]) -> [ShardID: Int] {
        let targets = Dictionary(plan.steps.map { ($0.establishment, $0.to) }, uniquingKeysWith: { $1 })
        return schools.reduce(into: [:]) { $0[targets[$1.id] ?? $1.shard, default: 0] += $1.people }
    }

    @Test func anEmptyShardGetsItsShare() throws {
        let schools = try schools(40, on: 1, people: 950) + schools(40, on: 2, people: 950, from: 40)
        let plan = ShardPlan.make([place(1), place(2), place(3)], schools, limit: 500)
        let loads = loads(plan, schools)
        #expect(plan.steps.allSatisfy { $0.to == ShardID(rawValue: 3) })
        for shard in loads.values { #expect(abs(shard - 80 * 950 / 3) < 80 * 950 / 3 / 8) }
        #expect(ShardPlan.make([place(1), place(2), place(3)], schools, limit: 5).steps.count == 5)
    }

    @Test func whatIsEvenStays() throws {
        let schools = try schools(10, on: 1, people: 500) + schools(10, on: 2, people: 520, from: 10)
        #expect(ShardPlan.make([place(1), place(2)], schools, limit: 500).steps == [])
    }

    @Test func weightsCount() throws {
        let schools = try schools(30, on: 1, people: 500)
        let loads = loads(ShardPlan.make([place(1, weight: 100), place(2, weight: 200)], schools, limit: 500), schools)
        #expect((9_000...10_500).contains(loads[ShardID(rawValue: 2)] ?? 0), "\(loads)")
    }

    /// As many people on both, but those of one come all day.
    @Test func whatIsUsedMoreWeighsMore() throws {
        func used(_ schools: [ShardPlan.School], _ traffic: Int) -> [ShardPlan.School] {
            schools.map {
                ShardPlan.School(id: $0.id, uai: $0.uai, shard: $0.shard, people: $0.people, traffic: traffic)
            }
        }
        let busy = used(try schools(20, on: 1, people: 500), 3_000_000_000_000)
        let quiet = used(try schools(20, on: 2, people: 500, from: 20), 1_000_000_000_000)
        let plan = ShardPlan.make([place(1), place(2)], busy + quiet, limit: 500)
        // 20 × (500 + 750) / 2 and 20 × (500 + 250) / 2: the middle is three to four of the busy ones away.
        #expect((2...4).contains(plan.steps.count), "\(plan.steps.count)")
        #expect(plan.steps.allSatisfy { $0.from == ShardID(rawValue: 1) })
        // Of two schools with as many people, the one that nobody uses weighs half.
        let mixed =
            used(try schools(10, on: 1, people: 500), 0) + used(try schools(10, on: 2, people: 500, from: 10), 9)
        #expect(
            ShardPlan.make([place(1), place(2)], mixed, limit: 500).steps.allSatisfy { $0.to == ShardID(rawValue: 1) })
    }

    /// A shard without weight gets nothing by itself and gives nothing up: what is moved there is alone there.
    @Test func aShardOfItsOwnIsLeftAlone() throws {
        let giant = try schools(1, on: 3, people: 9000)
        let others = try schools(20, on: 1, people: 300, from: 1) + schools(20, on: 2, people: 300, from: 21)
        let places = [place(1), place(2), place(3, weight: 0)]
        #expect(ShardPlan.make(places, giant + others, limit: 500).steps == [])
        let plan = ShardPlan.make(places + [place(4)], giant + others, limit: 500)
        #expect(!plan.steps.isEmpty)
        #expect(plan.steps.allSatisfy { $0.to == ShardID(rawValue: 4) && $0.establishment != giant[0].id })
    }

    @Test func aGiantKeepsItsShardAndTheOthersLeave() throws {
        let giant = try schools(1, on: 1, people: 9000)
        let small = try schools(20, on: 1, people: 300, from: 1)
        let plan = ShardPlan.make([place(1), place(2)], giant + small, limit: 500)
        #expect(!plan.steps.contains { $0.establishment == giant[0].id })
        #expect(plan.steps.count > 15)
    }

    @Test func aDrainingShardIsEmptied() throws {
        let schools = try schools(10, on: 1, people: 500) + schools(10, on: 2, people: 500, from: 10)
        let plan = ShardPlan.make([place(1), place(2, .draining), place(3), place(4, .retired)], schools, limit: 500)
        let loads = loads(plan, schools)
        #expect(loads[ShardID(rawValue: 2)] == nil)
        #expect(loads[ShardID(rawValue: 4)] == nil)
        #expect(plan.stranded == [])
        let nowhere = ShardPlan.make([place(2, .draining)], schools, limit: 500)
        #expect(nowhere.steps == [] && nowhere.stranded.count == 10)
    }

    @Test func aThousandSchoolsAreNoTrouble() throws {
        let schools = try schools(1000, on: 1, people: 700)
        let plan = ShardPlan.make((1...12).map { place(Int16($0)) }, schools, limit: 2000)
        let loads = loads(plan, schools)
        #expect(loads.count == 12)
        #expect((loads.values.max() ?? 0) < 1000 * 700 / 12 * 115 / 100)
        #expect(plan == ShardPlan.make((1...12).map { place(Int16($0)) }, schools.reversed(), limit: 2000))
    }
}
