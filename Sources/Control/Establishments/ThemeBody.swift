internal import Web

/// The four colours of a theme in a body of the API.
struct ThemeBody: Decodable {
    let colour: String
    let onColour: String
    let accent: String
    let accentOnDark: String

    private enum CodingKeys: String, CodingKey {
        case colour, accent
        case onColour = "on_colour"
        case accentOnDark = "accent_on_dark"
    }

    static let schema = Schema.object([
        .required("colour", .text(7...7), "#rrggbb: behind the name."),
        .required("on_colour", .text(7...7), "The name on it."),
        .required("accent", .text(7...7), "Links and buttons on white."),
        .required("accent_on_dark", .text(7...7), "Links and buttons in the dark."),
    ])

    /// - Throws: `invalidBody`, at what is no colour.
    var theme: Theme {
        get throws {
            var errors: [Problem.Detail] = []
            func read(_ key: String, _ text: String) -> Colour? {
                let colour = Colour(rawValue: text)
                if colour == nil { errors.append(Problem.Detail(.pointer("/theme/\(key)"), .noColour)) }
                return colour
            }
            let colours = (
                read("colour", colour), read("on_colour", onColour), read("accent", accent),
                read("accent_on_dark", accentOnDark)
            )
            guard case (.some(let band), .some(let onBand), .some(let link), .some(let linkOnDark)) = colours else {
                throw Problem(.invalidBody, errors: errors)
            }
            return Theme(colour: band, onColour: onBand, accent: link, accentOnDark: linkOnDark)
        }
    }

    /// - Throws: `invalidBody`, at what is no host name.
    static func hosts(_ texts: [String]) throws -> [HostName] {
        try texts.enumerated().map { index, text in
            guard let host = HostName(rawValue: text) else {
                throw Problem(
                    .invalidBody, errors: [Problem.Detail(.pointer("/hosts/\(index)"), .noHostOfAnEstablishment)])
            }
            return host
        }
    }
}

extension Phrase {
    static let noColour = Phrase(
        fr: "Une couleur comme #1f4e79 est attendue.", en: "A colour such as #1f4e79 is expected.")
}
