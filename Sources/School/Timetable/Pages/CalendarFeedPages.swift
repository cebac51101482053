internal import HTTP
internal import Identity
internal import Web

/// What follows the making and taking back of a calendar address.
enum CalendarFeedPages {
    /// The address, shown this once: the page is kept by no cache.
    static func created(_ call: Call, _ address: String) -> Response {
        let language = call.language
        var field = Field("address", Phrase.addressLabel[language], value: address, isRequired: false)
        field.hint = Phrase.calendarAdvice[language]
        let main: HTML = """
            \(Component.heading(Phrase.calendarAddress[language]))\
            \(Notice(.success, Phrase.calendarOnce[language]).html(language, isLive: true))\
            \(field.html(language))\(back(language))
            """
        var response = call.page(Page(title: .calendarAddress, main: main, width: .narrow))
        response.headers.set("Cache-Control", "no-store")
        return response
    }

    static func revoked(_ call: Call) -> Response {
        let language = call.language
        let main: HTML = """
            \(Component.heading(Phrase.calendarAddress[language]))\
            \(Notice(.success, Phrase.addressRevoked[language]).html(language, isLive: true))\(back(language))
            """
        return call.page(Page(title: .calendarAddress, main: main, width: .narrow))
    }

    private static func back(_ language: Language) -> HTML {
        "<p class=\"actions\">\(Component.button(Phrase.myTimetable[language], to: "/timetable"))</p>"
    }
}
