internal import Synchronization

/// What the markup around a page depends on. Everybody with the same shape gets the same markup; what is theirs, or this
/// page's, goes into its gaps.
/// A class: it is looked up for every page, and copying so many texts costs more than the look-up.
final class FrameShape: Hashable, Sendable {
    /// What is put in.
    enum Gap: UInt8 {
        case title
        case main
        case initials
        case name
        case profile
        case token
        case back
        /// The same inside an address.
        case backEncoded
        case sessionEnd
        /// The address of the colours.
        case theme
    }

    /// Which item of a list is the page shown.
    enum Place: UInt8 {
        case elsewhere
        case here
        /// The page is below the item's.
        case below
    }

    struct Person: Hashable {
        let items: [PageFrame.Item]
        let signOut: Link
        let languages: Link?
    }

    let language: Language
    let isEntrance: Bool
    let width: Page.Width
    let refreshAfter: Int?
    let siteName: String
    let siteOwner: String?
    let home: Link
    let hasTheme: Bool
    let navigation: [PageFrame.Item]
    let person: Person?
    let footer: [PageFrame.Item]
    /// Of the navigation, the person's items, the footer.
    let places: [UInt8]
    let hasToken: Bool
    let tellsEnd: Bool

    init(_ page: Page, _ frame: PageFrame, _ language: Language, _ here: Link) {
        self.language = language
        isEntrance = page.isEntrance
        width = page.width
        refreshAfter = page.refreshAfter
        siteName = frame.siteName
        siteOwner = frame.siteOwner
        home = frame.home
        hasTheme = frame.theme != nil
        navigation = frame.navigation
        person = frame.person.map { Person(items: $0.items, signOut: $0.signOut, languages: $0.languages) }
        footer = frame.footer
        var places: [UInt8] = []
        places.reserveCapacity(navigation.count + footer.count + 4)
        for item in navigation { places.append(FrameShape.place(of: here, item.link).rawValue) }
        for item in frame.person?.items ?? [] { places.append(FrameShape.place(of: here, item.link).rawValue) }
        for item in footer { places.append(FrameShape.place(of: here, item.link).rawValue) }
        self.places = places
        hasToken = frame.forgeryToken != nil
        tellsEnd = frame.sessionEnd != nil
    }

    static func == (left: FrameShape, right: FrameShape) -> Bool {
        left === right
            || left.places == right.places && left.language == right.language && left.width == right.width
                && left.siteName == right.siteName && left.siteOwner == right.siteOwner && left.home == right.home
                && left.hasTheme == right.hasTheme && left.isEntrance == right.isEntrance
                && left.refreshAfter == right.refreshAfter && left.hasToken == right.hasToken
                && left.tellsEnd == right.tellsEnd && left.navigation == right.navigation
                && left.person == right.person && left.footer == right.footer
    }

    /// Enough to tell shapes apart; the rest is compared.
    func hash(into hasher: inout Hasher) {
        hasher.combine(siteName)
        hasher.combine(language)
        hasher.combine(width)
        hasher.combine(places)
    }

    private static func place(of here: Link, _ link: Link) -> Place {
        var (here, link) = (here.text, link.text)
        return here.withUTF8 { here in
            link.withUTF8 { link in
                let path = here.prefix { $0 != UInt8(ascii: "?") }
                if path.elementsEqual(link.prefix { $0 != UInt8(ascii: "?") }) { return .here }
                let isBelow =
                    path.count > link.count && path.starts(with: link) && path[link.count] == UInt8(ascii: "/")
                return isBelow ? .below : .elsewhere
            }
        }
    }
}

/// The markup of the frames in use, shared by the loops. Bounded: past its share it forgets all of them and begins again.
enum FrameTemplates {
    /// Some 5 kB each.
    private static let most = 1000
    private static let known = Mutex<[FrameShape: HTMLTemplate]>([:])

    static func template(_ shape: FrameShape, _ make: (FrameShape) -> HTML) -> HTMLTemplate {
        if let template = known.withLock({ $0[shape] }) { return template }
        let made = HTMLTemplate(make(shape))
        known.withLock { known in
            if known.count >= most { known = [:] }
            known[shape] = made
        }
        return made
    }
}
