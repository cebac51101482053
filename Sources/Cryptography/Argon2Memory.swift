internal import CArgon2
internal import Glibc
internal import Synchronization

/// The memory that argon2id works in, kept from one password to the next: given back to the kernel and asked for again, each page
/// of it would be cleared and mapped anew, a fifth of the time of a hash.
///
/// libargon2 wipes it before it lets go of it. As many blocks are kept as were in use at once, so one a thread of a pool, and
/// those of the usual size only.
enum Argon2Memory {
    private struct Block: @unchecked Sendable {
        // Safety: nobody has it while it is kept here.
        let start: UnsafeMutableRawPointer
    }

    private static let kept = Mutex<[Block]>([])
    private static let usualSize = 1024 * Int(Argon2id.Cost.standard.memoryKiB)
    private static let most = 64

    /// What libargon2 asks for memory; not 0 when there is none.
    static func allocate(_ into: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, _ count: Int) -> Int32 {
        let known = count == usualSize ? kept.withLock { $0.popLast() } : nil
        into?.pointee = (known?.start ?? malloc(count))?.assumingMemoryBound(to: UInt8.self)
        return into?.pointee == nil ? 1 : 0
    }

    /// What it gives memory back to, wiped.
    static func giveBack(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int) {
        guard let start else { return }
        let isKept =
            count == usualSize
            && kept.withLock { kept in
                guard kept.count < most else { return false }
                kept.append(Block(start: UnsafeMutableRawPointer(start)))
                return true
            }
        if !isKept { free(start) }
    }
}
