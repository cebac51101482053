import Runtime
import Testing
import Web

@testable import Control

@Suite struct FeedAnswerTests {
    /// A whole academy: as many establishments as a plan shows, each with some forty classes.
    @Test func theLargestPlanKeepsItsNumbers() throws {
        var result = FeedResult()
        result.pupils.added = 201_655
        for number in 0..<FeedResult.mostPlaces {
            var place = FeedResult.Place(uai: "077\(1000 + number)A", name: "Collège imaginaire \(number)", isNew: true)
            place.arrivals = (0..<40).map { (group: "classe \($0)", count: 25) }
            result.plan.append(place)
        }
        var written = JSONWriter(capacity: 1 << 20)
        result.write(to: &written)
        let feed = FeedImport(
            id: UUID.v7(), number: 1, kind: "aaf", territory: nil, establishment: nil, state: .done,
            received: 500_000, result: String(decoding: written.bytes, as: UTF8.self), plan: ("", ""), isDryRun: false,
            steps: 420, stepsDone: 420, people: 500_000, peopleDone: 500_000)
        var answer = JSONWriter(capacity: 1 << 20)
        FeedAnswer(feed: feed, language: .en).write(to: &answer)
        var parser = JSONParser(answer.bytes, valueLimit: 1_000_000)
        let members = try parser.parse()
        #expect(members["pupils"]?["added"]?.integer == 201_655)
        #expect(members["plan"]?.elements?.count == FeedResult.mostPlaces)
    }
}
