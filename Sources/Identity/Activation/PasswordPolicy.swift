internal import Web

/// What a password that somebody chooses has to be. With attempts slowed down, the CNIL asks for 50 bits (8 signs of three
/// kinds); more for those who can do harm.
enum PasswordPolicy {
    static let shortest = 10
    static let shortestOfAdministrators = 14
    /// Past it, what it is made of matters no more.
    private static let longEnough = 18

    /// Why it will not do; nil when it will.
    static func refusal(of password: String, login: String, isPrivileged: Bool) -> Phrase? {
        let shortest = isPrivileged ? shortestOfAdministrators : shortest
        guard password.count >= shortest else { return .passwordTooShort(shortest) }
        guard password.utf8.count <= PasswordHasher.longestPassword else { return .passwordTooLong }
        let folded = password.lowercased()
        let names = login.split { !$0.isLetter }.filter { $0.count >= 4 }
        guard !names.contains(where: { folded.contains($0) }) else { return .passwordHoldsLogin }
        guard !isRepetitive(folded), !common.contains(where: { folded.hasPrefix($0) && folded.count < $0.count + 7 })
        else {
            return .passwordTooCommon
        }
        guard password.count >= longEnough || kinds(password) >= 3 else { return .passwordTooPlain }
        return nil
    }

    private static func kinds(_ password: String) -> Int {
        [
            password.contains { $0.isLowercase }, password.contains { $0.isUppercase },
            password.contains { $0.isNumber },
            password.contains { !$0.isLetter && !$0.isNumber },
        ].count { $0 }
    }

    /// Few different signs, or a run of the keyboard.
    private static func isRepetitive(_ password: String) -> Bool { Set(password).count < 5 }

    private static let common = [
        "motdepasse", "password", "azerty", "qwerty", "123456", "0123456", "bonjour", "soleil", "marseille", "iloveyou",
        "jetaime", "doudou", "loulou", "football", "college", "lycee", "ecole", "pronote", "abcdef", "admin",
        "bienvenue",
        "welcome", "princesse", "chocolat",
    ]
}
