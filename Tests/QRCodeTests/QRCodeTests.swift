import QRCode
import Testing

@Suite struct QRCodeTests {
    @Test func hasItsThreeEyes() throws {
        let code = try QRCode("https://ent77.example/activate?letter=0192f000-0000-7000-8000-000000000000")
        let size = code.cells.count
        #expect(size >= 21 && (size - 21).isMultiple(of: 4))
        #expect(code.cells.allSatisfy { $0.count == size })
        func isEye(_ row: Int, _ column: Int) -> Bool {
            (0..<7).allSatisfy { y in
                (0..<7).allSatisfy { x in
                    let ring = max(abs(x - 3), abs(y - 3))
                    return code.cells[row + y][column + x] == (ring != 2)
                }
            }
        }
        #expect(isEye(0, 0) && isEye(0, size - 7) && isEye(size - 7, 0))
        #expect(try QRCode("a") != QRCode("b"))
    }

    @Test func refusesWhatIsNoAddress() {
        #expect(throws: QRCodeError.tooLong) { try QRCode(String(repeating: "x", count: 501)) }
    }
}
