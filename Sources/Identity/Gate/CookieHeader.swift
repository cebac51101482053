internal import HTTP

/// `Set-Cookie` lines of this module's cookies: for this host only, out of reach of scripts, not sent along by other sites'
/// forms, forgotten with the browser: computers are shared.
enum CookieHeader {
    static func set(_ name: String, _ value: String, isSecure: Bool) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    static func remove(_ name: String, isSecure: Bool) -> String {
        set(name, "", isSecure: isSecure) + "; Max-Age=0"
    }
}
