import Testing

@testable import Redis

@Suite struct RedisCommandBufferTests {
    private func encoded(_ words: [RedisWord], in buffer: RedisCommandBuffer) -> String {
        buffer.encode(words)
        return buffer.withCommand { command, count in
            // The library reads on to the zero byte.
            #expect(command[count] == 0)
            return String(decoding: UnsafeRawBufferPointer(start: command, count: count), as: UTF8.self)
        }
    }

    @Test func countsEveryWordInBytes() {
        let buffer = RedisCommandBuffer()
        #expect(
            encoded(["SET", "clé", .bytes([13, 10])], in: buffer)
                == "*3\r\n$3\r\nSET\r\n$4\r\nclé\r\n$2\r\n\r\n\r\n")
        #expect(
            encoded(["A", 0, 9, 10, -1, .integer(.max), .integer(.min)], in: buffer)
                == "*7\r\n$1\r\nA\r\n$1\r\n0\r\n$1\r\n9\r\n$2\r\n10\r\n$2\r\n-1\r\n"
                + "$19\r\n9223372036854775807\r\n$20\r\n-9223372036854775808\r\n")
    }

    @Test func leavesNothingOfALongerCommandBehind() {
        let buffer = RedisCommandBuffer()
        _ = encoded(["SUBSCRIBE", "one", "two", "three", .text(String(repeating: "$9\r\n", count: 1000))], in: buffer)
        #expect(encoded(["SUBSCRIBE", "c"], in: buffer) == "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n")
        _ = encoded(["SET", "big", .bytes(Array(repeating: 1, count: 2 << 20))], in: buffer)
        #expect(encoded(["PING"], in: buffer) == "*1\r\n$4\r\nPING\r\n")
    }
}
