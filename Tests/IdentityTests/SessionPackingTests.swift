import Runtime
import Tenancy
import Testing
import Web

@testable import Identity

@Suite struct SessionPackingTests {
    static func session(profiles: Int = 2, name: String = "Camille Durand") -> Session {
        let held = (0..<profiles).map {
            Profile(establishment: EstablishmentID(rawValue: Int32(40 + 200 * $0)), role: .guardian, person: .new())
        }
        let territory = TerritoryID(rawValue: "seine-et-marne")
        return Session(
            id: .random(), startedAt: 1_795_000_000,
            holder: Holder(
                account: .new(), epoch: 7, name: name, language: .en, profiles: held,
                mandates: [
                    Mandate(role: .territoryAdmin, territory: territory), Mandate(role: .platformAdmin, territory: nil),
                ]))
    }

    static func pack(_ session: Session) -> [UInt8] {
        var writer = ByteWriter()
        session.pack(into: &writer)
        return writer.bytes
    }

    @Test(arguments: [0, 1, 2, 25, 100])
    func roundTrips(profiles: Int) {
        let session = Self.session(profiles: profiles)
        var reader = ByteReader(Self.pack(session))
        #expect(Session(id: session.id, unpacking: &reader) == session)
    }

    @Test func refusesEveryTruncationAndEveryAddition() {
        let session = Self.session()
        let bytes = Self.pack(session)
        for count in 0..<bytes.count {
            var reader = ByteReader(Array(bytes.prefix(count)))
            #expect(Session(id: session.id, unpacking: &reader) == nil)
        }
        var reader = ByteReader(bytes + [0])
        #expect(Session(id: session.id, unpacking: &reader) == nil)
    }

    /// Bytes of any value are read or refused, never a crash.
    @Test func survivesDamage() {
        let session = Self.session()
        var bytes = Self.pack(session)
        for index in bytes.indices {
            let kept = bytes[index]
            for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                bytes[index] = value
                var reader = ByteReader(bytes)
                _ = Session(id: session.id, unpacking: &reader)
            }
            bytes[index] = kept
        }
    }

    @Test func boundsWhatACookieHolds() {
        let session = Self.session(profiles: 300, name: String(repeating: "é", count: 200))
        #expect(session.holder.profiles.count == Holder.mostProfiles)
        #expect(session.holder.name.utf8.count == 60)
    }

    @Test func everyRoleHasItsOwnNumber() {
        #expect(Set(Role.allCases.map(\.code)).count == Role.allCases.count)
        for role in Role.allCases { #expect(Role(code: role.code) == role) }
        #expect(Role(code: 0) == nil && Role(code: 255) == nil)
    }

    @Test func storedFormsAreToldApart() {
        let session = Self.session()
        let active = StoredSession.active(session, seenAt: 1_795_000_100)
        #expect(StoredSession(id: session.id, active.bytes) == active)
        #expect(StoredSession(id: session.id, StoredSession.ended.bytes) == .ended)
        #expect(StoredSession(id: session.id, []) == nil)
        // What a SETRANGE leaves on a key that has just been lost.
        #expect(StoredSession(id: session.id, [0] + StoredSession.seenBytes(1_795_000_200)) == nil)
        var renewed = active.bytes
        renewed.replaceSubrange(
            StoredSession.seenOffset..<StoredSession.seenOffset + 4, with: StoredSession.seenBytes(1_795_000_200))
        #expect(StoredSession(id: session.id, renewed) == .active(session, seenAt: 1_795_000_200))
    }
}
