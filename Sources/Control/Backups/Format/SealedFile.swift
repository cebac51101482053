internal import Cryptography

/// The envelope of an encrypted backup: argon2id makes a key of the passphrase, AES-256-GCM closes block after block, and each
/// block's context is its number and whether it is the last. None can be changed, left out, put elsewhere or cut off unnoticed.
///
/// Made and opened where the passphrase is typed: it never travels.
package enum SealedFile {
    static let magic: [UInt8] = [0x89] + Array("PREAUS\n".utf8)
    static let version: UInt16 = 1
    /// Magic, version, two bytes kept at nought, three numbers of argon2id, salt.
    static let preambleLength = 12 + 12 + saltLength
    static let saltLength = 16
    /// Bytes of a block before it is closed; only the last has fewer.
    static let blockLength = 64 << 10
    /// 64 MiB, three passes: about a fifth of a second.
    static let cost = Argon2id.Cost(memoryKiB: 65_536, passes: 3, lanes: 1)
    /// Set in a block's length when it is the last.
    static let lastBit: UInt32 = 1 << 31

    /// Whether a file that begins so is encrypted.
    package static func isSealed(_ beginning: [UInt8]) -> Bool { beginning.starts(with: magic) }

    static func context(_ preamble: [UInt8], _ number: UInt64, isLast: Bool) -> [UInt8] {
        var context = preamble
        context.append(number: number)
        context.append(isLast ? 1 : 0)
        return context
    }

    /// Closes a stream of bytes.
    package struct Sealer {
        private let preamble: [UInt8]
        private let box: SealedBox
        private var number: UInt64 = 0
        private var buffer: [UInt8] = []
        private var hasBegun = false

        /// Takes a fifth of a second and 64 MiB. - Throws: when there is not memory enough.
        package init(passphrase: [UInt8]) throws { try self.init(passphrase: passphrase, cost: SealedFile.cost) }

        init(passphrase: [UInt8], cost: Argon2id.Cost) throws {
            let salt = SecureRandom.bytes(SealedFile.saltLength)
            var preamble = SealedFile.magic
            preamble.append(number: SealedFile.version)
            preamble.append(number: UInt16(0))
            preamble.append(number: cost.memoryKiB)
            preamble.append(number: cost.passes)
            preamble.append(number: cost.lanes)
            self.preamble = preamble + salt
            box = SealedBox(key: try Argon2id.key(from: passphrase, salt: salt, cost: cost))
        }

        package mutating func take(_ bytes: [UInt8]) throws -> [UInt8] {
            buffer += bytes
            var result = hasBegun ? [] : preamble
            hasBegun = true
            var position = 0
            // One byte more than a block: else nobody knows yet that it is not the last.
            while buffer.count - position > SealedFile.blockLength {
                result += try block(Array(buffer[position..<position + SealedFile.blockLength]), isLast: false)
                position += SealedFile.blockLength
            }
            buffer.removeFirst(position)
            return result
        }

        package mutating func finish() throws -> [UInt8] {
            let start = hasBegun ? [] : preamble
            hasBegun = true
            return start + (try block(buffer, isLast: true))
        }

        private mutating func block(_ text: [UInt8], isLast: Bool) throws -> [UInt8] {
            let sealed = try box.seal(text, context: SealedFile.context(preamble, number, isLast: isLast))
            number += 1
            var bytes: [UInt8] = []
            bytes.append(number: UInt32(sealed.count) | (isLast ? SealedFile.lastBit : 0))
            return bytes + sealed
        }
    }

    /// Opens what a `Sealer` closed, in pieces of any size.
    package struct Opener {
        private let passphrase: [UInt8]
        private var preamble: [UInt8] = []
        private var box: SealedBox?
        private var number: UInt64 = 0
        private var buffer: [UInt8] = []
        private var hasEnded = false

        package init(passphrase: [UInt8]) { self.passphrase = passphrase }

        /// - Returns: what could be opened with this piece; nothing of it was changed by anybody.
        package mutating func take(_ piece: [UInt8]) throws -> [UInt8] {
            buffer += piece
            var position = 0
            if box == nil {
                guard buffer.starts(with: SealedFile.magic.prefix(buffer.count)) else {
                    throw BackupFileError.notABackup
                }
                guard buffer.count >= SealedFile.preambleLength else { return [] }
                try begin()
                position = SealedFile.preambleLength
            }
            var result: [UInt8] = []
            while let text = try block(&position) { result += text }
            buffer.removeFirst(position)
            return result
        }

        /// At the end of the file. - Throws: `.cutOff` unless the last block was there.
        package func finish() throws(BackupFileError) {
            guard hasEnded, buffer.isEmpty else { throw .cutOff }
        }

        private mutating func begin() throws {
            preamble = Array(buffer.prefix(SealedFile.preambleLength))
            let version: UInt16 = preamble[8..<10].number()
            guard version <= SealedFile.version else { throw BackupFileError.newerFormat(version) }
            let cost = Argon2id.Cost(
                memoryKiB: preamble[12..<16].number(), passes: preamble[16..<20].number(),
                lanes: preamble[20..<24].number())
            do {
                box = SealedBox(key: try Argon2id.key(from: passphrase, salt: Array(preamble[24...]), cost: cost))
            } catch CryptographyError.malformedHash, CryptographyError.argon2 {
                throw BackupFileError.damaged(frame: 0)
            }
        }

        private mutating func block(_ position: inout Int) throws(BackupFileError) -> [UInt8]? {
            if hasEnded {
                guard position == buffer.count else { throw .damaged(frame: number) }
                return nil
            }
            guard let box, buffer.count - position >= 4 else { return nil }
            let word: UInt32 = buffer[position..<position + 4].number()
            let isLast = word & SealedFile.lastBit != 0
            let length = Int(word & ~SealedFile.lastBit)
            let full = SealedFile.blockLength + SealedBox.overhead
            guard length == full || isLast && length >= SealedBox.overhead && length < full else {
                throw .damaged(frame: number)
            }
            guard buffer.count - position >= 4 + length else { return nil }
            let sealed = Array(buffer[position + 4..<position + 4 + length])
            guard let text = box.open(sealed, context: SealedFile.context(preamble, number, isLast: isLast)) else {
                throw number == 0 ? .wrongPassphrase : .damaged(frame: number)
            }
            position += 4 + length
            number += 1
            hasEnded = isLast
            return text
        }
    }
}
