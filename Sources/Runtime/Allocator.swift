internal import CMimalloc

/// The process's memory allocator: linking mimalloc puts it in the place of glibc's `malloc`, for Swift and for the C libraries.
///
/// A request makes and drops some 120 small objects on its loop's thread; glibc's allocator took a fifth of a node's time for
/// them (docs/decisions/0015).
package enum Allocator {
    /// As `mimalloc 2.0.9`. Asking is what keeps the linker from leaving the library out.
    package static var name: String {
        let version = mi_version()
        return "mimalloc \(version / 100).\(version / 10 % 10).\(version % 10)"
    }
}
