internal import Admission
internal import Runtime
internal import Tenancy
internal import Web

/// A calendar rule as the console's form has it: what may be sent, a rule as fields, fields as a rule.
enum RuleForm {
    /// Of exceptions for persons, and of classes.
    private static let longestList = 60_000

    static let fields: [Parameter] = [
        .text("name", "Its name; of a rule that is changed, as it is.", maxLength: 200),
        .flag("is_new", "Whether it is to be added: no other may have its name."),
        .text("about", "Why the rule is there.", maxLength: 5000), .flag("enabled", "Whether it is in force."),
        .text("effect", "allow, refuse, only or queue."), .text("roles", "As often as there are."),
        .text("levels", "As often as there are."),
        .text("classes", "One a line.", maxLength: longestList), .text("weekdays", "1 to 7, as often as there are."),
        .text("from", "HH:MM."), .text("until", "HH:MM; 00:00 is the end of the day."),
        .flag("school_days_only", "Not during holidays."), .text("first_day", "A date."), .text("last_day", "A date."),
        .text("except_days", "Dates, one a line.", maxLength: 20_000),
        .text("except_accounts", "Logins, one a line.", maxLength: longestList), .text("share", "Per cent."),
        .text("priority", "The greater wins."), .text("reason_fr", "Shown to people.", maxLength: 5000),
        .text("reason_en", "Shown to people.", maxLength: 5000), .text("at", "The moment to simulate."),
        .text("document", "A rule that was looked at, instead of the fields.", maxLength: 150_000),
        .flag("again", "Whether the form is shown again."),
    ]
    static let limits = FormLimits(bytes: 600_000, fields: 300, valueBytes: 150_000)

    /// One item a line, or between commas; each once, in order.
    static func lines(_ text: String?) -> [String] {
        var found: [String] = []
        for part in (text ?? "").split(whereSeparator: { $0.isNewline || $0 == "," }) {
            let item = String(part).trimmed
            if !item.isEmpty, !found.contains(item) { found.append(item) }
        }
        return found
    }

    /// The fields that show a rule.
    /// - Parameter logins: of the people that it leaves alone; whose account is gone keeps their number.
    static func form(of rule: CalendarRule, logins: [AccountID: String]) -> Form {
        func field(_ name: String, _ value: String) -> Form.Field { Form.Field(name: name, value: value) }
        var fields = [
            field("name", rule.name), field("about", rule.about), field("effect", rule.effect.rawValue),
            field("classes", rule.classes.sorted().joined(separator: "\n")),
            field("from", CalendarRule.text(rule.from)), field("until", CalendarRule.text(rule.until % 1440)),
            field("first_day", rule.firstDay?.description ?? ""), field("last_day", rule.lastDay?.description ?? ""),
            field("except_days", rule.exceptDays.sorted().map(\.description).joined(separator: "\n")),
            field(
                "except_accounts",
                rule.exceptAccounts.map { logins[$0] ?? $0.description }.sorted().joined(separator: "\n")),
            field("share", rule.share.map(String.init) ?? ""), field("priority", String(rule.priority)),
            field("reason_fr", rule.reason.french), field("reason_en", rule.reason.english ?? ""),
        ]
        if rule.isEnabled { fields.append(field("enabled", "1")) }
        if rule.onSchoolDaysOnly { fields.append(field("school_days_only", "1")) }
        // A rule without roles is about all of them.
        let roles = rule.roles.isEmpty ? Set(Role.allCases.filter(\.isHeldInEstablishment)) : rule.roles
        fields += roles.map { field("roles", $0.rawValue) }
        fields += rule.levels.sorted().map { field("levels", $0) }
        fields += rule.weekdays.sorted().map { field("weekdays", String($0)) }
        return Form(fields: fields)
    }

    /// What a new rule begins with: in force every day of the week, at the hours that are meant most often.
    static let blank = Form(
        fields: [
            Form.Field(name: "enabled", value: "1"), Form.Field(name: "from", value: "08:00"),
            Form.Field(name: "until", value: "18:00"), Form.Field(name: "priority", value: "0"),
        ] + (1...7).map { Form.Field(name: "weekdays", value: String($0)) })

    /// The rule that the fields say; nil when something is wrong with them, which the reader then knows.
    /// - Parameter accounts: of the logins that were typed and are known here.
    static func rule(
        _ reader: inout FormReader, _ scope: RuleScope, named name: String, accounts: [String: AccountID]
    ) -> CalendarRule? {
        let effect = reader.choice("effect", CalendarRule.Effect.self)
        let roles = Set(reader.form.all("roles").compactMap(Role.init(rawValue:)).filter(\.isHeldInEstablishment))
        if roles.isEmpty { reader.refuse("roles", .chooseAtLeastOne) }
        let weekdays = Set(reader.form.all("weekdays").compactMap { Int($0) }.filter((1...7).contains))
        if weekdays.isEmpty { reader.refuse("weekdays", .chooseAtLeastOne) }
        let from = reader.time("from")
        // A field for times of the day has no 24:00.
        let until = reader.time("until").map { $0 == 0 ? 1440 : $0 }
        if let from, from == until { reader.refuse("until", .hoursMustDiffer) }
        let french = reader.text("reason_fr", 1...500)
        let english = reader.optionalText("reason_en", upTo: 500)
        let about = reader.optionalText("about", upTo: 500)
        let firstDay = reader.isFilled("first_day") ? reader.date("first_day") : nil
        let lastDay = reader.isFilled("last_day") ? reader.date("last_day") : nil
        if let firstDay, let lastDay, lastDay < firstDay { reader.refuse("last_day", .lastBeforeFirst) }
        let share = reader.isFilled("share") ? reader.integer("share", 0...100) : nil
        if share != nil, let effect, effect != .queue { reader.refuse("share", .shareIsForQueues) }
        let priority = reader.isFilled("priority") ? reader.integer("priority", -1000...1000) : 0
        let classes = lines(reader.form["classes"])
        if classes.count > 100 || classes.contains(where: { $0.count > 60 }) { reader.refuse("classes", .tooManyLines) }
        let levels = reader.form.all("levels").filter { !$0.isEmpty }
        if levels.count > 20 || levels.contains(where: { $0.count > 20 }) { reader.refuse("levels", .tooManyLines) }
        let days = days(&reader)
        let exempt = exempt(&reader, accounts)
        guard reader.isValid, let effect, let from, let until, let french, let priority else { return nil }
        var rule = CalendarRule(
            scope: scope, name: name, effect: effect, roles: roles, from: from, until: until,
            reason: CalendarRule.Reason(french: french, english: english))
        rule.about = about ?? ""
        rule.isEnabled = reader.flag("enabled")
        rule.levels = Set(levels)
        rule.classes = Set(classes)
        rule.weekdays = weekdays
        rule.onSchoolDaysOnly = reader.flag("school_days_only")
        rule.firstDay = firstDay
        rule.lastDay = lastDay
        rule.exceptDays = days
        rule.exceptAccounts = exempt
        rule.share = share
        rule.priority = priority
        return rule
    }

    private static func days(_ reader: inout FormReader) -> Set<CivilDate> {
        let typed = lines(reader.form["except_days"])
        let days = typed.map(date)
        if let wrong = zip(typed, days).first(where: { $0.1 == nil })?.0 {
            reader.refuse("except_days", Phrase.notADay.followed(by: wrong))
        } else if days.count > 400 {
            reader.refuse("except_days", .tooManyLines)
        }
        return Set(days.compactMap { $0 })
    }

    /// `2027-06-15`, or as it is written in France: `15/06/2027`.
    static func date(_ text: String) -> CivilDate? {
        if let date = CivilDate(text) { return date }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].utf8.count == 4 else { return nil }
        func two(_ part: Substring) -> String { part.utf8.count == 1 ? "0" + part : String(part) }
        return CivilDate("\(parts[2])-\(two(parts[1]))-\(two(parts[0]))")
    }

    private static func exempt(_ reader: inout FormReader, _ accounts: [String: AccountID]) -> Set<AccountID> {
        let typed = lines(reader.form["except_accounts"])
        var exempt: Set<AccountID> = []
        for each in typed {
            if let account = accounts[each.lowercased()] ?? UUID(each).map(AccountID.init(rawValue:)) {
                exempt.insert(account)
            } else {
                reader.refuse("except_accounts", Phrase.noSuchLoginHere.followed(by: each))
            }
        }
        if typed.count > 1000 { reader.refuse("except_accounts", .tooManyLines) }
        return exempt
    }
}
