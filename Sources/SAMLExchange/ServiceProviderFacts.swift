/// What is used of a service provider's metadata, and nothing else of it: what lasso is given later is written anew from this,
/// so that a document of somebody else is read once, where no key is.
package struct ServiceProviderFacts: Sendable, Equatable {
    package struct Consumer: Sendable, Equatable {
        package let index: Int
        package let isDefault: Bool
        package let url: String

        package init(index: Int, isDefault: Bool, url: String) {
            self.index = index
            self.isDefault = isDefault
            self.url = url
        }
    }

    package struct Logout: Sendable, Equatable {
        package let binding: String
        package let url: String
        /// Where answers go, when not to the same place.
        package let responseURL: String?

        package init(binding: String, url: String, responseURL: String?) {
            self.binding = binding
            self.url = url
            self.responseURL = responseURL
        }
    }

    package var entityID: String
    /// Where answers are posted: nobody gets one anywhere else.
    package var consumers: [Consumer] = []
    package var logouts: [Logout] = []
    /// Base64 of DER.
    package var signingCertificates: [String] = []
    package var encryptionCertificates: [String] = []
    package var nameIDFormats: [String] = []
    package var signsRequests = false

    package init(entityID: String) { self.entityID = entityID }

    package static let post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    package static let redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    package static let soap = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"

    /// - Parameter lines: as `classo_facts_of_metadata` writes them.
    package init?(lines text: String) {
        self.init(entityID: "")
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            switch (parts[0], parts.count) {
            case ("entity", 2): entityID = parts[1]
            case ("requests-signed", 1): signsRequests = true
            case ("format", 2): nameIDFormats.append(parts[1])
            case ("key", 3):
                if parts[1] != "encryption" { signingCertificates.append(parts[2]) }
                if parts[1] != "signing" { encryptionCertificates.append(parts[2]) }
            case ("consumer", 5):
                guard parts[3] == ServiceProviderFacts.post else { continue }
                guard let index = Int(parts[1]), (0...65_535).contains(index) else { return nil }
                consumers.append(Consumer(index: index, isDefault: parts[2] == "1", url: parts[4]))
            case ("logout", 4):
                logouts.append(
                    Logout(binding: parts[1], url: parts[2], responseURL: parts[3].isEmpty ? nil : parts[3]))
            default: return nil
            }
        }
        guard isComplete else { return nil }
    }

    /// Bounded, and with what nothing works without.
    package var isComplete: Bool {
        (1...1024).contains(entityID.utf8.count) && (1...20).contains(consumers.count) && logouts.count <= 10
            && Set(consumers.map(\.index)).count == consumers.count
            && signingCertificates.count <= 5 && encryptionCertificates.count <= 5 && nameIDFormats.count <= 20
            && (signingCertificates + encryptionCertificates).allSatisfy { (1...8192).contains($0.utf8.count) }
    }

    package var defaultConsumer: Consumer? { consumers.first(where: \.isDefault) ?? consumers.first }
}
