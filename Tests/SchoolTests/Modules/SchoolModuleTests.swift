import Testing

@testable import School

@Suite struct SchoolModuleTests {
    @Test(arguments: [
        ("/timetable", "timetable"), ("/timetable/{establishment}/edit", "timetable"),
        ("/api/v1/me/homework/{task}", "homework"),
        ("/api/v1/establishments/{establishment}/timetable/groups/{group}", "timetable"), ("/drop-box", "drop_box"),
        ("/api/v1/messages", "messages"),
    ])
    func aRouteBelongsToItsService(pattern: String, name: String) {
        #expect(SchoolModule(route: pattern)?.name == name)
    }

    @Test(arguments: [
        "/", "/home", "/login", "/account/sessions/end", "/api/v1/session", "/api/v1/me", "/errors/{code}",
    ])
    func whatNobodyCanDoWithoutBelongsToNone(pattern: String) { #expect(SchoolModule(route: pattern) == nil) }
}
