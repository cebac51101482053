/// One file of a OneRoster 1.2 delivery: rows by the names of the standard's columns. Pure.
struct OneRosterTable {
    /// A row, with its line for those who correct it.
    struct Row {
        let line: Int
        fileprivate let fields: [String]
        fileprivate let columns: [String: Int]

        /// Empty for a column that the file does not have.
        subscript(name: String) -> String {
            guard let index = columns[name], index < fields.count else { return "" }
            return fields[index].trimmedOfSpaces
        }

        /// The values of a column that holds several, between commas.
        func list(_ name: String) -> [String] {
            self[name].split(separator: ",").map { $0.trimmedOfSpaces }.filter { !$0.isEmpty }
        }
    }

    let name: String
    let rows: [Row]

    /// - Throws: `FeedError.unreadable`, `.missingColumn` for a column that has to be there and is not.
    init(_ name: String, _ bytes: [UInt8]) throws(FeedError) {
        let text: CSVText
        do throws(CSVText.Refusal) {
            text = try CSVText(bytes)
        } catch {
            if case .tooLarge(let what) = error { throw .tooLarge("\(name): \(what)") }
            throw .unreadable("\(name): \(error)")
        }
        var columns: [String: Int] = [:]
        for (index, title) in text.header.enumerated() where columns[title] == nil { columns[title] = index }
        let missing = (OneRosterFormat.needed[name] ?? []).filter { columns[$0] == nil }
        guard missing.isEmpty else { throw .missingColumn("\(name): \(missing.joined(separator: ", "))") }
        self.name = name
        // A delivery of everything has no status; one that says all the same what goes is believed.
        rows = text.rows.map { Row(line: $0.line, fields: $0.fields, columns: columns) }
            .filter { $0["status"] != "tobedeleted" }
    }
}

/// The files of OneRoster 1.2 and their columns, in the order of the standard.
enum OneRosterFormat {
    private static let common = ["sourcedId", "status", "dateLastModified"]

    /// What is written. Read: by name, in any order.
    static let columns: [String: [String]] = [
        "academicSessions.csv": common + ["title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"],
        "orgs.csv": common + ["name", "type", "identifier", "parentSourcedId"],
        "courses.csv": common + [
            "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes",
        ],
        "classes.csv": common + [
            "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
            "termSourcedIds", "subjects", "subjectCodes", "periods",
        ],
        "users.csv": common + [
            "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms",
            "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "resourceSourcedIds",
            "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
        ],
        "roles.csv": common + [
            "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
        ],
        "enrollments.csv": common + [
            "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
        ],
        "userProfiles.csv": common + [
            "userSourcedId", "profileType", "vendorId", "applicationId", "description", "credentialType", "username",
            "password",
        ],
    ]

    /// Those that are written, and those that the manifest says are absent.
    static let files = [
        "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
        "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
        "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
        "userResources", "users",
    ]

    /// Without which a file cannot be read, by its name in lower case.
    static let needed: [String: [String]] = [
        "manifest.csv": ["propertyName", "value"],
        "orgs.csv": ["sourcedId", "name", "type", "identifier"],
        "users.csv": ["sourcedId", "enabledUser", "givenName", "familyName", "agentSourcedIds", "primaryOrgSourcedId"],
        "roles.csv": ["userSourcedId", "role", "orgSourcedId"],
        "classes.csv": ["sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId"],
        "enrollments.csv": ["classSourcedId", "userSourcedId", "role"],
        "courses.csv": ["sourcedId", "title", "courseCode"],
        "demographics.csv": ["sourcedId", "birthDate"],
    ]
}
