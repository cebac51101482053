internal import Cryptography
internal import HTTP
internal import Tenancy
internal import Web

/// A form that somebody sent after their session was over: what they typed comes back once they have signed in again.
///
/// It travels in the sign-in page itself, encrypted and authenticated with a key that all nodes have: no node and no store
/// keeps it, no address holds it, and whoever sits down at the computer meanwhile reads nothing. The form's own token says
/// whose it is: it is given back to that account only. It is shown and has to be sent again by a click, so that a page of
/// another site gains nothing by having posted it.
struct KeptForm: Equatable {
    /// Of all names and values; what is longer is not kept, and the person is told.
    static let longest = 49_152
    /// Seconds, from the moment it was sent.
    static let lifetime: Int64 = 12 * 3600
    /// The field of the sign-in form.
    static let field = "kept"
    /// What the sealed form can be at most, as text.
    static let longestSealed = (longest + 8192) / 3 * 4 + 64

    /// Path and query that it was posted to.
    let action: String
    /// As it was in the form.
    let token: String
    /// Seconds since 1970.
    let sentAt: Int64
    let fields: [Form.Field]
    /// Files do not come along: they have to be chosen again.
    let hadFiles: Bool
    /// Whether its route takes forms with files only.
    var isMultipart = false

    func isOf(_ account: AccountID, _ tokens: ForgeryTokens) -> Bool {
        tokens.belongs(token, to: SessionBinding.owner(account))
    }

    // MARK: Sealing

    /// - Throws: `CryptographyError.cipher`.
    func sealed(with keyring: Keyring) throws(CryptographyError) -> String {
        var writer = ByteWriter()
        writer.byte(1)
        writer.uint64(UInt64(bitPattern: sentAt))
        writer.longText(action)
        writer.longText(token)
        writer.byte((hadFiles ? 1 : 0) | (isMultipart ? 2 : 0))
        writer.varint(UInt32(fields.count))
        for field in fields {
            writer.longText(field.name)
            writer.longText(field.value)
        }
        let key = keyring.current
        return key.id + "." + Base64URL.encode(try key.forms.seal(writer.bytes))
    }

    /// Nil for anything but what a node sealed within the last twelve hours.
    static func open(_ text: String, with keyring: Keyring, now: Int64) -> KeptForm? {
        guard text.utf8.count <= longestSealed, let dot = text.firstIndex(of: "."),
            let key = keyring.key(text[..<dot])?.key, let sealed = Base64URL.decode(text[text.index(after: dot)...]),
            let bytes = key.forms.open(sealed)
        else { return nil }
        var reader = ByteReader(bytes)
        guard reader.byte() == 1, let sentAt = reader.uint64().map({ Int64(bitPattern: $0) }),
            let action = reader.longText(), let token = reader.longText(), let files = reader.byte(),
            let count = reader.varint(), count <= 1000
        else { return nil }
        guard now - sentAt <= lifetime, Link(localPath: action) != nil else { return nil }
        var fields: [Form.Field] = []
        for _ in 0..<count {
            guard let name = reader.longText(), let value = reader.longText() else { return nil }
            fields.append(Form.Field(name: name, value: value))
        }
        guard reader.isAtEnd else { return nil }
        return KeptForm(
            action: action, token: token, sentAt: sentAt, fields: fields, hadFiles: files & 1 > 0,
            isMultipart: files & 2 > 0)
    }
}
