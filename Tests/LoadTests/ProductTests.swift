import Foundation
import Runtime
import Testing
import YAML

@testable import Load

/// Adapters of products that are unlike ours: JSON asked for with JSON.
@Suite struct ProductTests {
    private static let adapter = #"""
        product: A peer
        session_cookie: sessionid
        pages:
          - name: week
            post: /graphql/
            body: '{{"query":"{{ me {{ name } }","variables":{{"name":"{name}"}}'
            expect:
              - { what: person, text: '"name":"{name}"', as: json }
              - { what: page, text: '"uid":"lesson-{lesson}"', as: plain }
        sign_in:
          password:
            - name: login
              post: /login
              form: { token: '{token}', login: '{login}' }
              find: [{ name: next, after: 'next="', before: '"' }]
        refuse:
          - { what: error of GraphQL, text: '"errors":[' }
        """#

    private func product(_ text: String = ProductTests.adapter) throws -> Product {
        try YAMLDocument(parsing: Array(text.utf8), file: "peer.yaml").decode(Product.shape)
    }

    private func verdict(_ body: String, status: Int = 200) throws -> Product.Verdict {
        let product = try product()
        let step = try #require(product.pages["week"])
        var answer = Answer()
        (answer.status, answer.body) = (status, Array(body.utf8))
        return product.judge(answer, step) { ["name": "Zoé \"Z\"", "lesson": "7"][$0] }
    }

    @Test(arguments: [
        (#"{{"a":{{"b":"{name}"}}"#, #"{"a":{"b":"Anne"}}"#), ("{{{name}}", "{Anne}"), ("{{}", "{}"), ("}{{{{", "}{{"),
    ])
    func twoBracesAreOne(_ source: String, _ expected: String) throws {
        let template = try #require(Template(source))
        let text = template.filled(.plain) { _ in "Anne" }
        #expect(text == expected)
        #expect(Set(template.names).isSubset(of: ["name"]))
    }

    @Test func aBraceAfterTwoIsStillAPlace() { #expect(Template("{{{") == nil) }

    @Test func valuesAreWrittenAsJSONHasThem() throws {
        let template = try #require(Template("“{name}”"))
        let text = template.filled(.json) { _ in "Zoé \"\\\n\u{1}😀" }
        #expect(text == #"“Zo\u00e9 \"\\\n\u0001\ud83d\ude00”"#)
    }

    @Test func aBodyOfJSONStaysJSONWhateverAValueHas() throws {
        let body = try #require(try product().pages["week"]?.body)
        let (type, content) = body.filled { ["name": "O'\"Neil\\"][$0] }
        #expect(type == "application/json")
        #expect(content == #"{"query":"{ me { name } }","variables":{"name":"O'\"Neil\\"}}"#)
    }

    @Test func theRightAnswerIsRight() throws {
        let body = #"{"data":{"name":"Zo\u00e9 \"Z\"","events":[{"uid":"lesson-7"}]}}"#
        let verdict = try verdict(body)
        #expect(verdict == .right(body: Array(body.utf8), found: [:]))
    }

    @Test(arguments: [
        (#"{"data":{"name":"Zo\u00e8 \"Z\"","events":[{"uid":"lesson-7"}]}}"#, "wrong person"),
        (#"{"data":{"name":"Zo\u00e9 \"Z\"","events":[{"uid":"lesson-71"}]}}"#, "wrong page"),
        (
            #"{"errors":[{"message":"no"}],"data":{"name":"Zo\u00e9 \"Z\"","events":[{"uid":"lesson-7"}]}}"#,
            "error of GraphQL"
        ),
    ])
    func aWrongPageIsAnErrorWhateverItsStatus(_ body: String, _ kind: String) throws {
        let verdict = try verdict(body)
        #expect(verdict == .wrong(kind))
    }

    @Test func aPlaceThatNothingFillsIsSaid() throws {
        let product = try product()
        #expect(product.placesWithoutValue(["login", "name"]) == ["lesson", "token"])
        #expect(product.placesWithoutValue(["login", "name", "lesson", "token"]) == [])
    }

    @Test func theWeekOfTheDateIsKnown() throws {
        var words = Arguments([
            "--front", "http://127.0.0.1:1", "--adapter", "a", "--mix", "m", "--people", "p", "--date", "2026-11-26",
        ])
        let constants = try LoadOptions(&words, isRun: false).constants
        #expect(constants["date"] == "2026-11-26")
        #expect(constants["monday"] == "2026-11-23" && constants["sunday"] == "2026-11-29")
        var wrong = Arguments([
            "--front", "http://127.0.0.1:1", "--adapter", "a", "--mix", "m", "--people", "p", "--date", "tomorrow",
        ])
        #expect(throws: UsageError.self) { try LoadOptions(&wrong, isRun: false) }
    }
}
