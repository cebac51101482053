extension String {
    /// The text that these bytes are in UTF-8; nil when they are not. Plain ASCII, which most texts are, in one short pass: the
    /// standard library's check is generic, and takes longer to begin than a name takes to read.
    package init?(checking bytes: UnsafeBufferPointer<UInt8>) {
        var union: UInt8 = 0
        for byte in bytes { union |= byte }
        if union < 0x80 {
            self.init(decoding: bytes, as: UTF8.self)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }
}
