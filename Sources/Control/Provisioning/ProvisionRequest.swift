internal import Identity
internal import Tenancy
internal import Web

/// One establishment to be opened, as the API takes it and as the job keeps it.
struct ProvisionRequest: Codable, Sendable {
    let uai: String
    let name: String
    let kind: String?
    let levels: [String]?
    let department: String?
    let city: String?
    let zone: String?
    /// Of the first administrator, who gets an account to activate; none when nil.
    let administrator: Administrator?
    let invented: Bool?

    struct Administrator: Codable, Sendable {
        let login: String?
        let givenName: String
        let familyName: String

        private enum CodingKeys: String, CodingKey {
            case login
            case givenName = "given_name"
            case familyName = "family_name"
        }
    }

    static let schema = Schema.object([
        .required("uai", .uai, "With the right letter."), .required("name", .text(1...200)),
        .optional("kind", .nullable(.enumeration(Establishment.Kind.self)), "college when absent."),
        .optional("levels", .nullable(.array(of: .text(1...20), 0...20))),
        .optional("department", .nullable(.text(2...3)), "INSEE; that of the UAI when absent."),
        .optional("city", .nullable(.text(0...100))),
        .optional("zone", .nullable(.text(1...40)), "Of the school calendar; the department's when absent."),
        .optional(
            "administrator",
            .nullable(
                .object([
                    .optional("login", .nullable(.text(1...120)), "admin. and the UAI when absent."),
                    .required("given_name", .text(1...100)), .required("family_name", .text(1...100)),
                ]))),
        .optional("invented", .nullable(.boolean), "Made up, for development and demonstration."),
    ])

    /// Of its first administrator; nil without one, and for a text that cannot be a login.
    var administratorLogin: Login? {
        administrator.flatMap { Login(rawValue: $0.login ?? "admin.\(uai.uppercased())") }
    }

    /// The department and the zone that it will be in: what is not said comes from its code.
    func place(in territory: Territory) -> (department: String, zone: String) {
        let department = department ?? UAI(rawValue: uai)?.department ?? territory.code
        let own = territory.departments.first { $0.code == department }?.zone
        return (department, zone ?? own ?? territory.calendars.first?.zone ?? "A")
    }

    /// As the job's parameters keep it.
    var json: JSON {
        var members: [JSON.Member] = [JSON.Member("uai", .string(uai)), JSON.Member("name", .string(name))]
        func add(_ name: String, _ value: String?) {
            if let value { members.append(JSON.Member(name, .string(value))) }
        }
        add("kind", kind)
        add("department", department)
        add("city", city)
        add("zone", zone)
        if let levels { members.append(JSON.Member("levels", .array(levels.map { .string($0) }))) }
        if let invented { members.append(JSON.Member("invented", .bool(invented))) }
        if let administrator {
            var own: [JSON.Member] = [
                JSON.Member("given_name", .string(administrator.givenName)),
                JSON.Member("family_name", .string(administrator.familyName)),
            ]
            if let login = administrator.login { own.append(JSON.Member("login", .string(login))) }
            members.append(JSON.Member("administrator", .object(own)))
        }
        return .object(members)
    }
}
