import Runtime
import Testing

@Suite struct ByteSearchTests {
    @Test func findsWhatIsThereAndNothingElse() {
        let bytes = Array("abcabd".utf8)
        #expect(bytes.place(of: Array("ab".utf8)) == 0)
        #expect(bytes.place(of: Array("ab".utf8), from: 1) == 3)
        #expect(bytes.place(of: Array("abe".utf8)) == nil)
        #expect(bytes.place(of: Array("d".utf8), from: 6) == nil)
        #expect(bytes.place(of: Array("a".utf8), from: 7) == nil)
        #expect(bytes.place(of: Array("a".utf8), from: -1) == nil)
        #expect([UInt8]().place(of: [1]) == nil)
    }
}
