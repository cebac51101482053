internal import HTTP
internal import Tenancy
internal import Web

/// The list that mandates and programs' tokens are shown in: the newest first, by pages, narrowed by what is typed above it.
struct HandingList<Item: Dated> {
    /// A field above the list, which is an item of its address.
    struct Filter {
        let name: StaticString
        let label: Phrase
        let hint: Phrase
        let maxLength: Int
        /// Said at it when it names what is not one of the caller's; nil where it only compares.
        var unknown: Phrase?
    }

    /// Of its cursors; what the API's list has as well.
    let name: String
    let link: Link
    let title: Phrase
    let lead: Phrase
    /// Said when there is nothing at all.
    let none: Phrase
    let filters: [Filter]
    /// What can be handed on from here, and the list beside this one.
    let actions: [(label: Phrase, link: Link)]

    /// What the address of such a list says.
    var query: [Parameter] {
        [.flag("done", "Says that it is done."), .token("cursor", "Where to go on.")]
            + filters.map { .text($0.name.description, "Only what fits.", maxLength: $0.maxLength) }
    }

    /// - Parameters:
    ///   - read: so many of them, from a place on; throws `notFound` for what a filter names and the caller has not.
    ///   - table: shows some.
    func answer(
        _ call: Call, _ service: AdminService, read: (ListPlace?, _ limit: Int) async throws -> [Item],
        table: ([Item]) -> HTML
    ) async throws -> Response {
        try service.requireDelegating(call)
        let language = call.language
        if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.done[language])) }
        let after = try service.place(call, in: name)
        var page = ListPage<Item>([], limit: 0) { _ in "" }
        var isUnknown = false
        do {
            page = ListPage(try await read(after, 51), limit: 50) { service.cursors.cursor($0.place, list: name) }
        } catch let problem as Problem where problem.code == .notFound { isUnknown = true }
        let buttons = actions.enumerated().map {
            Component.button($1.label[language], to: $1.link, isMain: $0 == 0)
        }
        var main = Component.heading(
            title[language], lead: HTML(text: lead[language]), actions: buttons.html { $0 })
        main += FilterBar(link, filters.map { field($0, error: isUnknown ? $0.unknown : nil, call) }).html(language)
        if !page.items.isEmpty {
            main += Component.card(table(page.items))
        } else if !isUnknown {
            main += Component.emptyState((narrowed(call) == link ? none : .nothingFound)[language])
        }
        main += Component.pagination(
            first: after == nil ? nil : narrowed(call), next: page.next.map { narrowed(call).adding("cursor", $0) },
            language)
        return call.page(
            Page(title: title, main: main, width: .wide), status: isUnknown ? .unprocessableContent : .ok)
    }

    private func field(_ filter: Filter, error: Phrase?, _ call: Call) -> Field {
        Field(
            filter.name.description, filter.label[call.language], .input(type: "search"),
            value: call.query.text(filter.name.description), hint: filter.hint[call.language],
            error: error?[call.language], maxLength: filter.maxLength)
    }

    /// The address with the filters in force.
    private func narrowed(_ call: Call) -> Link {
        filters.reduce(link) { link, filter in
            call.query.text(filter.name.description).map { link.adding(filter.name, $0) } ?? link
        }
    }
}
