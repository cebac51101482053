package import Web

extension FeedResult {
    /// Some hundreds of establishments, each with its classes, are more values than a stranger may send.
    private static let mostValues = 10 * FeedResult.mostPlaces * 1000

    /// What `write` wrote and the directory kept; null for what cannot be read.
    package static func json(_ text: String) -> JSON {
        var parser = JSONParser(Array(text.utf8), valueLimit: FeedResult.mostValues)
        return (try? parser.parse()) ?? .null
    }

    /// - Parameter json: what `write` wrote; what is not there counts as nothing.
    package init(_ json: JSON) {
        self.init()
        pupils = Counts(json["pupils"])
        guardians = Counts(json["guardians"])
        contacts = Counts(json["contacts"])
        staff = Counts(json["staff"])
        establishments = Counts(json["establishments"])
        anomalies = (json["anomalies"]?.elements ?? []).compactMap(FeedAnomaly.init)
        alarms = (json["guards"]?.elements ?? []).compactMap(FeedGuard.Alarm.init)
        plan = (json["plan"]?.elements ?? []).compactMap(Place.init)
    }
}

extension FeedResult.Counts {
    fileprivate init(_ json: JSON?) {
        self.init()
        added = json?["added"]?.integer ?? 0
        changed = json?["changed"]?.integer ?? 0
        disappeared = json?["disappeared"]?.integer ?? 0
        rejected = json?["rejected"]?.integer ?? 0
        returned = json?["returned"]?.integer ?? 0
    }
}

extension FeedResult.Place {
    fileprivate init?(_ json: JSON) {
        guard let uai = json["uai"]?.text, let name = json["name"]?.text else { return nil }
        self.init(uai: uai, name: name, isNew: json["is_new"]?.bool ?? false)
        func groups(_ name: String) -> [(group: String, count: Int)] {
            (json[name]?.elements ?? []).compactMap { group in
                guard let name = group["group"]?.text, let count = group["count"]?.integer else { return nil }
                return (name, count)
            }
        }
        arrivals = groups("arrivals")
        changes = groups("changes")
        departures = groups("departures")
    }
}

extension FeedGuard.Alarm {
    fileprivate init?(_ json: JSON) {
        guard let uai = json["uai"]?.text, let role = json["role"]?.text, let leaving = json["leaving"]?.integer,
            let present = json["present"]?.integer
        else { return nil }
        self.init(
            uai: uai, role: role, klass: json["class"]?.text ?? "", leaving: leaving, present: present,
            withoutKey: json["records_without_key"]?.integer ?? 0)
    }
}

extension FeedAnomaly {
    fileprivate init?(_ json: JSON) {
        guard let code = json["code"]?.text.flatMap(Code.init(rawValue:)), let message = json["message"]?.text else {
            return nil
        }
        self.init(
            code, message, file: json["file"]?.text, line: json["line"]?.integer, column: json["column"]?.text,
            key: json["key"]?.text)
    }
}
