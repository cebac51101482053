import HTTP
import Runtime
import Testing
import Web

@testable import Identity

@Suite struct SmallPartsTests {
    @Test func loginsAreOneTextEach() {
        #expect(Login(rawValue: "  Camille.DURAND ")?.rawValue == "camille.durand")
        #expect(Login(rawValue: "c-d_e+f@ac-creteil.fr1")?.rawValue == "c-d_e+f@ac-creteil.fr1")
        for text in ["", "   ", "a b", "élodie", "a\u{0}b", "a'b", String(repeating: "a", count: 121)] {
            #expect(Login(rawValue: text) == nil)
        }
        #expect(Login(rawValue: Login.nobody.rawValue) == nil)
    }

    @Test func cachesForgetTheOldest() {
        var cache = BoundedCache<Int, Int>(generation: 10)
        for number in 0..<1000 {
            cache[number] = number
            #expect(cache.count <= 20)
            // Asked for all the time: stays.
            if number > 0 { #expect(cache[0] == 0) }
        }
        #expect(cache[999] == 999)
        #expect(cache[500] == nil)
        cache[999] = nil
        #expect(cache[999] == nil)
    }

    @Test(
        arguments: [
            (nil, "/home"), ("", "/home"), ("/timetable?week=2026-11-23", "/timetable?week=2026-11-23"),
            ("https://evil.example/", "/home"), ("//evil.example", "/home"), ("/\\evil.example", "/home"),
            ("\\/evil.example", "/home"), ("javascript:alert(1)", "/home"), ("/a\r\nSet-Cookie: x=1", "/home"),
            ("/a\tb", "/home"), (" /a", "/home"), ("/login?next=/login", "/home"), ("/logout", "/home"), ("/", "/home"),
            ("/é", "/home"), ("timetable", "/home"), ("/\u{0}", "/home"),
        ] as [(String?, String)])
    func returnsToThisSiteOnly(text: String?, target: String) {
        #expect(ReturnPath.target(text).text == target)
    }

    @Test(arguments: [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge, Windows"
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
            "Chrome, Android"
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone"
        ),
        ("<script>alert(1)</script>", ""), ("", ""),
    ])
    func namesClients(userAgent: String, name: String) {
        #expect(ClientName.describe(userAgent) == name)
        #expect(ClientName.describe(nil).isEmpty)
    }

    @Test(
        arguments: [
            ([:], true), (["Origin": "http://ent77.localhost:8080"], true),
            (["Origin": "https://ent77.localhost:8080"], true),
            (["Origin": "http://evil.example"], false), (["Origin": "null"], false),
            (["Origin": "http://ent77.localhost:8080.evil.example"], false), (["Sec-Fetch-Site": "same-origin"], true),
            (["Sec-Fetch-Site": "none"], true), (["Sec-Fetch-Site": "cross-site"], false),
            (["Sec-Fetch-Site": "same-site"], false),
            (["Sec-Fetch-Site": "cross-site", "Origin": "http://ent77.localhost:8080"], false),
        ] as [([String: String], Bool)])
    func knowsOtherSites(fields: [String: String], isOwn: Bool) throws {
        var headers: HeaderFields = ["Host": "ent77.localhost:8080"]
        for (name, value) in fields { headers.add(name, value) }
        #expect(RequestOrigin.isOwn(try Request(method: .post, target: "/", headers: headers)) == isOwn)
    }

    @Test func delaysGrowToAQuarterOfAnHour() {
        #expect((0..<5).allSatisfy { ThrottlePolicy.pair.delay(after: $0) == 0 })
        #expect((5...15).map { ThrottlePolicy.pair.delay(after: $0) } == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900])
        #expect(ThrottlePolicy.pair.delay(after: 10_000) == 900)
        #expect(ThrottlePolicy.account.delay(after: 19) == 0)
        #expect(ThrottlePolicy.account.delay(after: 20) == 1)
    }

    @Test func throttleKeysDoNotMeet() throws {
        let ring = try Keyring(Keyring.newLine(id: "k"))
        let keys = [
            ThrottleKey.account("a", ring), ThrottleKey.account("b", ring), ThrottleKey.pair("a", "192.0.2.1", ring),
            ThrottleKey.pair("a", "192.0.2.2", ring), ThrottleKey.pair("b", "192.0.2.1", ring),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(ThrottleKey.account("a", ring) == keys[0])
        #expect(keys.allSatisfy { !$0.text.contains("192") })
    }
}
