internal import Glibc

/// A NUL-terminated copy of a text, as long as the object lives.
final class CString {
    let pointer: UnsafePointer<CChar>?

    init(_ text: String) { pointer = UnsafePointer(strdup(text)) }

    deinit { free(UnsafeMutableRawPointer(mutating: pointer)) }
}
