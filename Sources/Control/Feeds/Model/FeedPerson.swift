package import Runtime
internal import Tenancy

/// Whom a record of a feed is about.
package enum FeedKind: String, Sendable, CaseIterable {
    case pupil
    case guardian
    case staff
}

/// A person as a feed describes them, with all their establishments. Keys are the feed's own, unique within one academy.
package struct FeedPerson: Sendable, Equatable {
    /// A class or group somebody is in, takes, or is the main teacher of.
    package struct Place: Sendable, Equatable {
        package enum Kind: String, Sendable {
            case group
            case klass = "class"
        }

        package enum Part: String, Sendable {
            case pupil
            case teacher
            case mainTeacher = "main_teacher"
        }

        package let structure: String
        package let kind: Kind
        /// What the feed calls it; stable within a year.
        package let code: String
        /// What people call it, when that is not the code.
        package var label: String?
        package let part: Part
        package var from: CivilDate?
        package var until: CivilDate?
    }

    /// What a teacher teaches whom.
    package struct Assignment: Sendable, Equatable {
        package let structure: String
        package let kind: Place.Kind
        package let code: String
        /// The code of a subject.
        package let subject: String
    }

    /// What somebody does in an establishment.
    package struct Function: Sendable, Equatable {
        package let structure: String
        package let code: String
        package let label: String
        package let discipline: String
    }

    /// A pupil's guardian or contact.
    package struct Link: Sendable, Equatable {
        package let guardian: String
        package let kinship: Int
        package let level: Int
        package var financial = 0
        package var contact = 0
        package var payment = 0
    }

    package let kind: FeedKind
    package let key: String
    package var familyName = ""
    package var givenName = ""
    package var birthDate: CivilDate?
    package var ine: String?
    /// The establishment of a pupil, the administrative one of staff.
    package var structure: String?
    /// `6e`, `2de`; empty when the feed does not say.
    package var level = ""
    /// Everything else that is kept about the person, by the names of `docs/aaf.md`.
    package var details: [String: String] = [:]
    package var places: [Place] = []
    package var assignments: [Assignment] = []
    package var functions: [Function] = []
    package var links: [Link] = []
    /// Of staff: teaches, by the feed's own flags.
    package var teaches = false
    /// Of staff: structures named without a function or a class.
    package var otherStructures: [String] = []

    package init(kind: FeedKind, key: String) {
        self.kind = kind
        self.key = key
    }
}

/// An establishment as a feed describes it.
package struct FeedStructure: Sendable, Equatable {
    package struct Group: Sendable, Equatable {
        package let kind: FeedPerson.Place.Kind
        package let code: String
        package let label: String
    }

    package let key: String
    package var uai = ""
    package var name = ""
    package var type = ""
    package var city = ""
    package var academy: String?
    package var groups: [Group] = []

    package init(key: String) { self.key = key }
}

/// A subject of the academy's nomenclature.
package struct FeedSubject: Sendable, Equatable {
    package let code: String
    package let name: String
}

/// What a record asks for.
package enum FeedOperation: Sendable, Equatable {
    /// This is all of it.
    case whole
    /// Only what is named changes.
    case change
    case remove
}
