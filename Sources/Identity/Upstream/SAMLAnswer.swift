internal import Runtime
internal import SAMLExchange

/// What an identity provider answered, once the signature is verified and all is in clear; held against what was asked.
struct SAMLAnswer {
    /// What an answer has to fit.
    struct Question {
        /// The number of our request.
        let id: String
        /// Who we are for the provider.
        let entity: String
        /// Where the answer is to be posted.
        let consumer: String
        /// Who was asked.
        let provider: String
    }

    struct Attribute: Equatable {
        let name: String
        var friendly: String?
        var values: [String] = []
    }

    private let record: SAMLRecord

    init(_ record: SAMLRecord) { self.record = record }

    /// Seconds that clocks may differ by.
    static let lateness: Int64 = 60
    /// Nobody takes longer from the provider's page to ours.
    static let age: Int64 = 300
    private static let success = "urn:oasis:names:tc:SAML:2.0:status:Success"
    private static let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

    var assertionID: String { record["assertion_id"] ?? "" }
    var nameID: String? { record["name_id"].flatMap { $0.isEmpty ? nil : $0 } }
    var nameFormat: String { record["name_id_format"] ?? SAMLMetadata.unspecified }
    var sessionIndex: String? { record["session_index"] }

    /// The values of an attribute by its name, or by the name that people give it.
    func values(_ name: String) -> [String] {
        let all = attributes
        return (all.first { $0.name == name } ?? all.first { $0.friendly == name })?.values ?? []
    }

    var attributes: [Attribute] {
        var result: [Attribute] = []
        for field in record.fields {
            switch field.name {
            case "attribute": result.append(Attribute(name: field.value))
            case "friendly" where !result.isEmpty: result[result.count - 1].friendly = field.value
            case "value" where !result.isEmpty: result[result.count - 1].values.append(field.value)
            default: break
            }
        }
        return result
    }

    /// What it does not fit, in a word for the log; nil when it says who somebody is (SAML 2.0 Profiles §4.1.4.3).
    func mismatch(_ question: Question, now: Int64) -> StaticString? {
        guard record["version"] == "2.0", record["in_response_to"] == question.id else { return "request" }
        guard record["status"] == SAMLAnswer.success else { return "status" }
        // The issuer of the envelope may be left out, that of the assertion not.
        guard record["issuer"].map({ $0 == question.provider }) ?? true,
            record["assertion_issuer"] == question.provider, record["assertion_version"] == "2.0"
        else { return "issuer" }
        // Signed, it has to say where it is for.
        guard record["destination"].map({ $0 == question.consumer }) ?? (record["signed"] == nil) else {
            return "destination"
        }
        guard isRecent(record["issued"], now), isRecent(record["assertion_issued"], now) else { return "age" }
        guard record["method"] == SAMLAnswer.bearer, record["recipient"] == question.consumer,
            record["confirmation_in_response_to"] == question.id, record["confirmation_from"] == nil,
            let until = record["confirmation_until"], isAhead(until, now)
        else { return "confirmation" }
        guard record["not_before"].map({ isPast($0, now) }) ?? true,
            record["not_after"].map({ isAhead($0, now) }) ?? true,
            record["session_end"].map({ isAhead($0, now) }) ?? true,
            record["authenticated_at"].map({ isPast($0, now) }) ?? false
        else { return "time" }
        guard !audiences.isEmpty, audiences.allSatisfy({ $0.contains(question.entity) }) else {
            return "audience"
        }
        guard (1...256).contains(assertionID.utf8.count) else { return "assertion" }
        return nil
    }

    /// Each restriction has to name us.
    private var audiences: [[String]] {
        var result: [[String]] = []
        for field in record.fields {
            if field.name == "restriction" { result.append([]) }
            if field.name == "audience", !result.isEmpty { result[result.count - 1].append(field.value) }
        }
        return result
    }

    /// Whole seconds, as moments are compared here: of one length and zone they are in the order of their texts.
    private static func moment(_ text: String) -> String? {
        guard text.hasSuffix("Z"), (20...40).contains(text.utf8.count) else { return nil }
        return text.prefix(19) + "Z"
    }

    private func isAhead(_ text: String, _ now: Int64) -> Bool {
        SAMLAnswer.moment(text).map { $0 > SAMLProvider.instant(now - SAMLAnswer.lateness) } ?? false
    }

    private func isPast(_ text: String, _ now: Int64) -> Bool {
        SAMLAnswer.moment(text).map { $0 <= SAMLProvider.instant(now + SAMLAnswer.lateness) } ?? false
    }

    private func isRecent(_ text: String?, _ now: Int64) -> Bool {
        guard let text, let moment = SAMLAnswer.moment(text) else { return false }
        return moment >= SAMLProvider.instant(now - SAMLAnswer.age) && isPast(text, now)
    }
}
