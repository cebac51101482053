/// How much an archive may hold before it is refused: a small one can hide a very large one.
package struct ArchiveLimits: Sendable {
    package var entries: Int
    /// Bytes of all entries together, unpacked.
    package var bytes: Int
    /// Unpacked bytes for each packed one, once more than `freeBytes` were unpacked.
    package var ratio: Int
    package var freeBytes: Int

    package init(entries: Int = 200_000, bytes: Int = 32 << 30, ratio: Int = 200, freeBytes: Int = 64 << 20) {
        self.entries = entries
        self.bytes = bytes
        self.ratio = ratio
        self.freeBytes = freeBytes
    }
}
