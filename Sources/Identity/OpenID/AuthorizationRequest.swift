internal import Cryptography
internal import Runtime
internal import Web

/// What a client asks for when it sends somebody here (OpenID Connect Core §3.1.2.1), taken apart.
struct AuthorizationRequest {
    /// An answer that goes back to the client.
    struct Refusal: Error {
        let code: String
        let description: String
    }

    let service: PartnerService
    let redirectURI: String
    let state: String?
    let postsForm: Bool
    private(set) var scopes: [String] = []
    private(set) var nonce: String?
    private(set) var prompt: Set<String> = []
    private(set) var maxAge: Int64?
    private(set) var challenge: String?
    private(set) var hint: String?
    private(set) var tokenClaims: [String] = []
    private(set) var userClaims: [String] = []
    private(set) var fresh: String?
    private(set) var confirmed: String?
    private(set) var wantsStrong = false

    private let values: (String) -> String?
    private let isDoubled: Bool

    static let strong = "urn:preau:acr:multi-factor"
    static let weak = "urn:preau:acr:password"

    /// Every name of the request that means something here.
    static let names = [
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "response_mode", "prompt", "max_age",
        "acr_values", "claims", "code_challenge", "code_challenge_method", "id_token_hint", "login_hint", "ui_locales",
        "claims_locales", "display", "request", "request_uri", "registration", "fresh", "confirmed",
    ]

    /// Who asks, and where the answer goes. Until both are known to belong together nothing is sent anywhere.
    /// - Throws: `.unknownPartner`.
    init(_ form: Form, _ partners: PartnerSet) throws(IdentityError) {
        func value(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let client = value("client_id"), form.all("client_id").count == 1,
            let service = partners.client(client), service.kind == .oidc,
            let address = value("redirect_uri"), form.all("redirect_uri").count == 1,
            service.settings.redirectURIs.contains(address)
        else { throw .unknownPartner }
        self.service = service
        redirectURI = address
        state = form.all("state").count > 1 ? nil : form["state"]
        postsForm = value("response_mode") == "form_post"
        values = value
        isDoubled = form.hasDoubled(AuthorizationRequest.names)
    }

    /// Reads the rest. - Throws: what the client is answered.
    mutating func read() throws(Refusal) {
        if isDoubled { throw Refusal(code: "invalid_request", description: "a parameter is given twice") }
        if values("request") != nil { throw Refusal(code: "request_not_supported", description: "no request objects") }
        if values("request_uri") != nil {
            throw Refusal(code: "request_uri_not_supported", description: "no request objects")
        }
        if values("registration") != nil {
            throw Refusal(code: "registration_not_supported", description: "clients are registered by administrators")
        }
        guard let type = values("response_type") else {
            throw Refusal(code: "invalid_request", description: "response_type is missing")
        }
        guard type == "code" else {
            throw Refusal(code: "unsupported_response_type", description: "response_type is code")
        }
        guard [nil, "query", "form_post"].contains(values("response_mode")) else {
            throw Refusal(code: "invalid_request", description: "response_mode is query or form_post")
        }
        scopes = TokenScopes.granted(values("scope") ?? "", to: service)
        guard !scopes.isEmpty else { throw Refusal(code: "invalid_scope", description: "no scope that is known here") }
        nonce = values("nonce")
        guard (nonce ?? "").utf8.count <= 512 else {
            throw Refusal(code: "invalid_request", description: "nonce is too long")
        }
        prompt = Set((values("prompt") ?? "").split(separator: " ").map(String.init))
        if prompt.contains("none"), prompt.count > 1 {
            throw Refusal(code: "invalid_request", description: "prompt none stands alone")
        }
        if let text = values("max_age") {
            guard let age = Int64(text), age >= 0 else {
                throw Refusal(code: "invalid_request", description: "max_age is a number of seconds")
            }
            maxAge = age
        }
        hint = values("id_token_hint")
        fresh = values("fresh")
        confirmed = values("confirmed")
        wantsStrong = (values("acr_values") ?? "").split(separator: " ").first.map { $0 == Self.strong } ?? false
        try readChallenge()
        try readClaims()
    }

    private mutating func readChallenge() throws(Refusal) {
        let method = values("code_challenge_method")
        guard let text = values("code_challenge") else {
            if method != nil { throw Refusal(code: "invalid_request", description: "code_challenge is missing") }
            guard !service.settings.requiresPKCE, service.secretHash != nil else {
                throw Refusal(code: "invalid_request", description: "code_challenge is needed (PKCE, S256)")
            }
            return
        }
        guard method == "S256" else {
            throw Refusal(code: "invalid_request", description: "code_challenge_method is S256")
        }
        guard text.utf8.count == 43, Base64URL.decode(text)?.count == 32 else {
            throw Refusal(code: "invalid_request", description: "code_challenge is no SHA-256 in base64url")
        }
        challenge = text
    }

    /// The `claims` parameter (§5.5): names only; what they should be is the client's to check.
    private mutating func readClaims() throws(Refusal) {
        guard let text = values("claims") else { return }
        var parser = JSONParser(Array(text.utf8), depthLimit: 6, valueLimit: 200)
        guard let json = try? parser.parse(), json.members != nil else {
            throw Refusal(code: "invalid_request", description: "claims is no JSON object")
        }
        func names(_ part: String) -> [String] {
            (json[part]?.members ?? []).map(\.name).filter { ClaimNames.all.contains($0) }
        }
        tokenClaims = names("id_token")
        userClaims = names("userinfo")
        if let acr = json["id_token"]?["acr"], acr["essential"]?.bool == true {
            let wanted = acr["values"]?.elements?.compactMap(\.text) ?? acr["value"]?.text.map { [$0] } ?? []
            wantsStrong = wantsStrong || (wanted.contains(Self.strong) && !wanted.contains(Self.weak))
        }
    }

    /// What a person has to have agreed to; a claim asked for by its name is as good as its scope.
    var consentScopes: Set<String> {
        let asksProfile = (tokenClaims + userClaims).contains { ClaimNames.profile.contains($0) }
        return Set(scopes).union(asksProfile ? ["profile"] : [])
    }

    /// The same request, as a page of ours to come back to.
    func link(fresh mark: String) -> Link {
        var link: Link = "/oidc/authorize?client_id=\(service.clientID ?? "")"
        link = link.adding("redirect_uri", redirectURI)
        func add(_ name: StaticString, _ value: String?) { if let value { link = link.adding(name, value) } }
        add("response_type", "code")
        add("scope", scopes.joined(separator: " "))
        add("state", state)
        add("nonce", nonce)
        add("response_mode", values("response_mode"))
        add("max_age", maxAge.map(String.init))
        add("code_challenge", challenge)
        add("code_challenge_method", challenge == nil ? nil : "S256")
        add("acr_values", values("acr_values"))
        add("claims", values("claims"))
        add("id_token_hint", hint)
        add("prompt", prompt.isEmpty ? nil : prompt.sorted().joined(separator: " "))
        add("fresh", mark)
        return link
    }
}

/// The claims that clients may ask for by name.
enum ClaimNames {
    static let profile = ["name", "given_name", "family_name", "preferred_username", "locale"]
    static let all: Set<String> = Set(profile + ["acr", "auth_time", "sid"])
}
