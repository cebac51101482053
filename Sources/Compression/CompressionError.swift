/// What compressing or decompressing can fail with.
package enum CompressionError: Error, Equatable {
    /// zlib could not get its working memory.
    case outOfMemory
    /// The input is not a gzip stream, is damaged, or ends too early.
    case damaged
    /// The output would pass the limit that the caller set: a small input can hide a very large output.
    case tooLarge(limit: Int)
}
