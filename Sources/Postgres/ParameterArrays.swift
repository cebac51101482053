/// The arrays of pointers, lengths and formats that libpq takes, kept from one statement to the next.
struct ParameterArrays: ~Copyable {
    private(set) var values = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: 16)
    private(set) var lengths = UnsafeMutablePointer<Int32>.allocate(capacity: 16)
    private(set) var formats = UnsafeMutablePointer<Int32>.allocate(capacity: 16)
    private(set) var types = UnsafeMutablePointer<UInt32>.allocate(capacity: 16)
    private var capacity = 16

    deinit {
        values.deallocate()
        lengths.deallocate()
        formats.deallocate()
        types.deallocate()
    }

    /// Points at one statement's parameters, which live in `bytes` as long as the caller keeps them there.
    mutating func fill(_ item: PostgresBatch.Item, of batch: borrowing PostgresBatch, bytes: UnsafeBufferPointer<UInt8>)
    {
        reserve(item.parameters.count)
        var index = 0
        for position in item.parameters {
            let parameter = batch.parameters[position]
            types[index] = parameter.type
            formats[index] = parameter.type == PostgresType.inferred ? 0 : 1
            lengths[index] = max(0, parameter.length)
            values[index] = parameter.length < 0 ? nil : ParameterArrays.pointer(bytes, Int(parameter.offset))
            index += 1
        }
    }

    private static func pointer(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int) -> UnsafePointer<CChar> {
        guard let base = bytes.baseAddress else { return empty }
        return UnsafeRawPointer(base + offset).assumingMemoryBound(to: CChar.self)
    }

    /// An empty value of a batch without a byte: libpq takes a null pointer for NULL.
    // Safety: written once, before anybody reads it, and never freed.
    nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = {
        let zero = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        zero.initialize(to: 0)
        return UnsafePointer(zero)
    }()

    private mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        values.deallocate()
        lengths.deallocate()
        formats.deallocate()
        types.deallocate()
        capacity = count
        values = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        formats = .allocate(capacity: count)
        types = .allocate(capacity: count)
    }
}
