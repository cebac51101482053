internal import CCrypto

/// A text encrypted for a key of ours as XML Encryption 1.1 does it: under a key of AES that is under our RSA key.
///
/// RSA-OAEP and AES only. What is older (PKCS #1 v1.5, Triple DES) tells whoever may try often enough what it hides.
package struct XMLEncryption: Sendable {
    package enum Mode: Sendable {
        /// Changed, it is not opened.
        case authenticated
        /// CBC: somebody who may change it and is told what became of it reads it. Only inside of what is signed.
        case plain
    }

    private let mode: (mode: Mode, keyLength: Int)
    private let digest: String
    private let mask: String
    private let key: [UInt8]
    private let data: [UInt8]

    package var isAuthenticated: Bool { mode.mode == .authenticated }

    private static let modes: [String: (mode: Mode, keyLength: Int)] = [
        "http://www.w3.org/2009/xmlenc11#aes128-gcm": (.authenticated, 16),
        "http://www.w3.org/2009/xmlenc11#aes256-gcm": (.authenticated, 32),
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc": (.plain, 16),
        "http://www.w3.org/2001/04/xmlenc#aes256-cbc": (.plain, 32),
    ]

    private static let digests = [
        "http://www.w3.org/2000/09/xmldsig#sha1": "SHA1", "http://www.w3.org/2001/04/xmlenc#sha256": "SHA256",
        "http://www.w3.org/2001/04/xmlenc#sha512": "SHA512",
    ]

    private static let masks = [
        "http://www.w3.org/2009/xmlenc11#mgf1sha1": "SHA1", "http://www.w3.org/2009/xmlenc11#mgf1sha256": "SHA256",
        "http://www.w3.org/2009/xmlenc11#mgf1sha512": "SHA512",
    ]

    /// Names of algorithms as the document has them; nil for any that is not taken.
    package init?(
        dataAlgorithm: String, keyAlgorithm: String, digest: String?, mask: String?, key: [UInt8], data: [UInt8]
    ) {
        guard let mode = XMLEncryption.modes[dataAlgorithm],
            let digest = digest.map({ XMLEncryption.digests[$0] }) ?? "SHA1"
        else { return nil }
        switch keyAlgorithm {
        case "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p": self.mask = "SHA1"
        case "http://www.w3.org/2009/xmlenc11#rsa-oaep":
            guard let mask = mask.map({ XMLEncryption.masks[$0] }) ?? "SHA1" else { return nil }
            self.mask = mask
        default: return nil
        }
        self.mode = mode
        self.digest = digest
        self.key = key
        self.data = data
    }

    /// Nil when it was not encrypted for this key, or is not whole; never said which.
    package func opened(by owner: PrivateKey) -> [UInt8]? {
        guard let secret = owner.openOAEP(key, digest: digest, mask: mask), secret.count == mode.keyLength,
            let cipher = EVP_CIPHER_CTX_new()
        else { return nil }
        defer { EVP_CIPHER_CTX_free(cipher) }
        return mode.mode == .authenticated ? openGCM(cipher, secret) : openCBC(cipher, secret)
    }

    private func openGCM(_ cipher: OpaquePointer, _ secret: [UInt8]) -> [UInt8]? {
        guard data.count >= 28 else { return nil }
        let text = Array(data.dropFirst(12).dropLast(16))
        var tag = Array(data.suffix(16))
        var result = [UInt8](repeating: 0, count: text.count)
        var length: Int32 = 0
        guard
            EVP_DecryptInit_ex(
                cipher, secret.count == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), nil, secret, Array(data.prefix(12)))
                == 1, EVP_DecryptUpdate(cipher, &result, &length, text, Int32(text.count)) == 1,
            length == text.count, EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1,
            EVP_DecryptFinal_ex(cipher, nil, &length) == 1
        else { return nil }
        return result
    }

    private func openCBC(_ cipher: OpaquePointer, _ secret: [UInt8]) -> [UInt8]? {
        let text = Array(data.dropFirst(16))
        guard !text.isEmpty, text.count % 16 == 0 else { return nil }
        var result = [UInt8](repeating: 0, count: text.count)
        var length: Int32 = 0
        guard
            EVP_DecryptInit_ex(
                cipher, secret.count == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc(), nil, secret, Array(data.prefix(16)))
                == 1, EVP_CIPHER_CTX_set_padding(cipher, 0) == 1,
            EVP_DecryptUpdate(cipher, &result, &length, text, Int32(text.count)) == 1, length == text.count,
            // Only the last byte of the padding says anything (XML Encryption §5.2).
            let padding = result.last, (1...16).contains(padding)
        else { return nil }
        return Array(result.dropLast(Int(padding)))
    }
}

extension PrivateKey {
    fileprivate func openOAEP(_ cipher: [UInt8], digest: String, mask: String) -> [UInt8]? {
        guard algorithm == .rs256 else { return nil }
        var count: Int32 = -1
        let text = [UInt8](unsafeUninitializedCapacity: 1024) { buffer, initialized in
            count = ccrypto_open_oaep(pointer, digest, mask, cipher, cipher.count, buffer.baseAddress)
            initialized = Int(max(0, count))
        }
        return count >= 0 ? text : nil
    }
}
