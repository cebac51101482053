/// What the frame of a page shows around it: whose site this is, where one can go, who is there.
package struct PageFrame: Sendable {
    package struct Item: Sendable, Hashable {
        /// A number, with words for those who do not see it, such as "3 non lus".
        package struct Badge: Sendable, Hashable {
            package let number: Int
            package let meaning: Phrase
        }

        package let label: Phrase
        package let link: Link
        /// Shown beside the label.
        package let badge: Badge?

        package init(_ label: Phrase, _ link: Link, badge: (number: Int, meaning: Phrase)? = nil) {
            self.label = label
            self.link = link
            self.badge = badge.map { Badge(number: $0.number, meaning: $0.meaning) }
        }
    }

    package struct Person: Sendable {
        package let name: String
        /// The present profile in words: "Enseignante · Collège des Tilleuls".
        package let profile: String
        package let items: [Item]
        /// Where the sign-out form posts.
        package let signOut: Link
        /// Where the choice of a language posts, to be kept with the account; nil: kept in a cookie.
        package let languages: Link?

        package init(
            name: String, profile: String, items: [Item], signOut: Link = "/logout", languages: Link? = nil
        ) {
            self.name = name
            self.profile = profile
            self.items = items
            self.signOut = signOut
            self.languages = languages
        }
    }

    /// The territory's name for its ENT: "ENT 77".
    package var siteName = "Préau"
    /// Below it, smaller: "Seine-et-Marne".
    package var siteOwner: String?
    /// Of the territory: an address of electronic mail for those who find something that they cannot use.
    package var accessibilityContact: String?
    package var home: Link = "/"
    /// The territory's style sheet, see ``Theme/link``.
    package var theme: Link?
    package var navigation: [Item] = []
    package var person: Person?
    /// For the forms of the frame and of the page.
    package var forgeryToken: String?
    /// Shown above the page: what the form before has done, a message to all.
    package var notices: [Notice] = []
    package var footer: [Item] = [Item(.accessibilityMention, "/accessibility")]
    /// When the session ends if nothing is done, in minutes since midnight: announced on every page.
    package var sessionEnd: Int?

    package init() {}
}
