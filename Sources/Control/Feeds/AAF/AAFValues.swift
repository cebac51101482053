package import Runtime
package import Tenancy

/// How values of the format are read: pure functions.
package enum AAFValues {
    /// `jj/mm/aaaa`; nil when empty or no day.
    package static func date(_ text: some StringProtocol) -> CivilDate? {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3, let day = number(parts[0]), let month = number(parts[1]), let year = number(parts[2])
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    private static func number(_ digits: some Sequence<UInt8>) -> Int? {
        var value = 0
        var count = 0
        for digit in digits {
            guard digit >= 48, digit <= 57, count < 4 else { return nil }
            value = value * 10 + Int(digit - 48)
            count += 1
        }
        return count > 0 ? value : nil
    }

    /// The fields between dollar signs; there is no way to escape one.
    package static func fields(_ value: String) -> [Substring] {
        value.split(separator: "$", omittingEmptySubsequences: false)
    }

    /// A name as it is kept: without surrounding or doubled spaces and control characters; nil when nothing is left.
    package static func name(_ text: String) -> String? {
        var isClean = true
        var previous: UInt8 = 32
        for byte in text.utf8 {
            if byte < 32 || byte == 127 || (byte == 32 && previous == 32) {
                isClean = false
                break
            }
            previous = byte
        }
        if isClean, previous != 32 { return text }
        let words = text.unicodeScalars.split { $0.value <= 32 || $0.value == 127 || $0.value == 0xa0 }
        let cleaned = words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
        return cleaned.isEmpty ? nil : cleaned
    }

    /// Text that was encoded twice, put right: `Ã‰` was `É`. Nil when it was not.
    package static func repaired(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var hasHigh = false
        for scalar in text.unicodeScalars {
            guard scalar.value <= 0xff else { return nil }
            if scalar.value >= 0x80 { hasHigh = true }
            bytes.append(UInt8(scalar.value))
        }
        guard hasHigh else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `6EME` is `6e`, `SECONDE` is `2de`; empty when it is no level known here.
    package static func level(_ text: String) -> String {
        let name = text.uppercased()
        let known: [(String, String)] = [
            ("6EME", "6e"), ("6E", "6e"), ("SIXIEME", "6e"), ("5EME", "5e"), ("5E", "5e"), ("CINQUIEME", "5e"),
            ("4EME", "4e"), ("4E", "4e"), ("QUATRIEME", "4e"), ("3EME", "3e"), ("3E", "3e"), ("TROISIEME", "3e"),
            ("2NDE", "2de"), ("2DE", "2de"), ("SECONDE", "2de"), ("1ERE", "1re"), ("1RE", "1re"), ("PREMIERE", "1re"),
            ("TERM", "Tle"), ("TLE", "Tle"), ("PS", "PS"), ("MS", "MS"), ("GS", "GS"), ("CP", "CP"), ("CE1", "CE1"),
            ("CE2", "CE2"), ("CM1", "CM1"), ("CM2", "CM2"),
        ]
        return known.first { name.hasPrefix($0.0) }?.1 ?? ""
    }

    /// The role that a function gives: the table of identity.md §1.3. Unknown ones are staff, never a teacher.
    package static func role(ofFunction code: some StringProtocol) -> Role? {
        switch code {
        case "ENS", "FCA", "FCP", "FIJ", "IS", "ISES", "PPA", "RH1D", "RPL", "UPI", "DOC": .teacher
        case "DIR", "DEC", "DSES": .head
        case "EDU", "AED", "AES", "SUR", "ASE", "ASH", "AVS", "CPE", "EEI", "ORI": .schoolLife
        case "ADA", "ADF", "ADM", "ALB", "CFC", "CTR", "LAB", "MDS", "OUV", "PSY", "TEC", "INS", "INJ", "COLTER", "BED":
            .staff
        default: nil
        }
    }

    /// The strongest of several roles in one establishment.
    package static func strongest(_ roles: [Role]) -> Role? {
        [Role.head, .teacher, .schoolLife, .staff].first { roles.contains($0) }
    }

    /// What a link of this level makes of a guardian: `legal_1`, `legal_2`, `in_charge`, `contact`.
    ///
    /// Level 2 meant the second legal guardian under the kinship codes of before (1 to 7), and somebody in charge of the child,
    /// without rights, under those of now (10 and more).
    package static func guardianship(level: Int, kinship: Int, isFirst: Bool) -> String {
        switch level {
        case 1: isFirst ? "legal_1" : "legal_2"
        case 2: kinship < 10 && [1, 2, 3].contains(kinship) ? "legal_2" : "in_charge"
        default: "contact"
        }
    }
}
