internal import CLinux

extension [UInt8] {
    /// Where these bytes first stand, at or behind `start`; nil when they do not.
    package func place(of wanted: [UInt8], from start: Int = 0) -> Int? {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, (0...bytes.count).contains(start),
                let found = clinux_find(base + start, bytes.count - start, wanted, wanted.count)
            else { return nil }
            return found - base
        }
    }
}
