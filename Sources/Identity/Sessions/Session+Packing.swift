internal import Runtime
internal import Tenancy
internal import Web

/// The packed form of a session, the same in Redis and in the cookie: about 90 bytes for a guardian with two schools.
extension Session {
    func pack(into writer: inout ByteWriter) {
        writer.uint32(Session.seconds(startedAt))
        writer.uint64(holder.account.rawValue.high)
        writer.uint64(holder.account.rawValue.low)
        writer.varint(UInt32(bitPattern: holder.epoch))
        writer.byte(holder.language == .en ? 1 : 0)
        writer.text(holder.name)
        writer.byte(UInt8(holder.profiles.count))
        for profile in holder.profiles {
            writer.byte(profile.role.code)
            writer.varint(UInt32(bitPattern: profile.establishment.rawValue))
            writer.uint64(profile.person.rawValue.high)
            writer.uint64(profile.person.rawValue.low)
        }
        writer.byte(UInt8(holder.mandates.count))
        for mandate in holder.mandates {
            writer.byte(mandate.role.code)
            writer.text(mandate.territory?.rawValue ?? "")
        }
        proof.pack(into: &writer)
    }

    /// Nil when the bytes are not exactly one packed session.
    init?(id: SessionID, unpacking reader: inout ByteReader) {
        guard let startedAt = reader.uint32(), let account = UUID(&reader), let epoch = reader.varint(),
            let language = reader.byte(), language <= 1, let name = reader.text(), let profileCount = reader.byte()
        else { return nil }
        var profiles: [Profile] = []
        profiles.reserveCapacity(Int(profileCount))
        for _ in 0..<profileCount {
            guard let role = reader.byte().flatMap(Role.init(code:)), let establishment = reader.varint(),
                let person = UUID(&reader)
            else { return nil }
            profiles.append(
                Profile(
                    establishment: EstablishmentID(rawValue: Int32(bitPattern: establishment)), role: role,
                    person: PersonID(rawValue: person)))
        }
        guard let mandateCount = reader.byte() else { return nil }
        var mandates: [Mandate] = []
        for _ in 0..<mandateCount {
            guard let role = reader.byte().flatMap(Role.init(code:)), let territory = reader.text() else { return nil }
            mandates.append(Mandate(role: role, territory: TerritoryID(rawValue: territory)))
        }
        guard let proof = SessionProof(unpacking: &reader), reader.isAtEnd else { return nil }
        self.init(
            id: id, startedAt: Int64(startedAt),
            holder: Holder(
                account: AccountID(rawValue: account), epoch: Int32(bitPattern: epoch), name: name,
                language: language == 1 ? .en : .fr, profiles: profiles, mandates: mandates), proof: proof)
    }

    /// Seconds since 1970 in 32 bits, which last until 2106.
    static func seconds(_ time: Int64) -> UInt32 { UInt32(clamping: time) }
}

extension UUID {
    init?(_ reader: inout ByteReader) {
        guard let high = reader.uint64(), let low = reader.uint64() else { return nil }
        self.init(high: high, low: low)
    }
}

extension Role {
    /// Written in cookies and in Redis: a number is never given another meaning.
    var code: UInt8 {
        switch self {
        case .pupil: 1
        case .guardian: 2
        case .teacher: 3
        case .schoolLife: 4
        case .head: 5
        case .staff: 6
        case .territoryAdmin: 7
        case .regionAdmin: 8
        case .platformAdmin: 9
        case .establishmentAdmin: 10
        }
    }

    init?(code: UInt8) {
        guard let role = Role.byCode[Int(code)] else { return nil }
        self = role
    }

    private static let byCode: [Role?] = {
        var roles = [Role?](repeating: nil, count: 256)
        for role in Role.allCases { roles[Int(role.code)] = role }
        return roles
    }()
}
