/// Parts of a body (RFC 9110 §14).
extension Response {
    /// Answers a single byte range with 206, one that cannot be met with 416. Several ranges at once, and units other
    /// than bytes, are answered with the whole, as the RFC allows.
    mutating func applyRange(_ request: Request) {
        guard status == .ok, let length = rangeableLength else { return }
        headers.set("Accept-Ranges", "bytes")
        guard request.method == .get, let field = request.header("range"), ifRangeHolds(request),
            let outcome = Response.range(field, length)
        else { return }
        guard let range = outcome else {
            status = .rangeNotSatisfiable
            body = .empty
            headers.set("Content-Range", "bytes */\(length)")
            headers.remove("Content-Type")
            return
        }
        status = .partialContent
        headers.set("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)")
        switch body {
        case .bytes(let bytes): body = .bytes(Array(bytes[range]))
        case .seekable(_, let write): body = .stream(length: range.count) { try await write(range, $0) }
        case .empty, .stream: break
        }
        mayCompress = false
    }

    /// Bytes in memory are cut only when the client can tell that they are still the same.
    private var rangeableLength: Int? {
        switch body {
        case .bytes(let bytes): entityTag != nil || lastModified != nil ? bytes.count : nil
        case .seekable(let length, _): length
        case .empty, .stream: nil
        }
    }

    private func ifRangeHolds(_ request: Request) -> Bool {
        guard let field = request.header("if-range") else { return true }
        if let tag = EntityTag(field) { return entityTag.map { $0.matches(tag, strongly: true) } ?? false }
        return HTTPDate.seconds(field).map { $0 == lastModified } ?? false
    }

    /// Nil for a field that is to be ignored, `.some(nil)` for a range outside the body.
    private static func range(_ field: String, _ length: Int) -> Range<Int>?? {
        guard field.lowercased().hasPrefix("bytes=") else { return nil }
        let specification = field.dropFirst(6)
        guard !specification.contains(","), let dash = specification.firstIndex(of: "-") else { return nil }
        let first = specification[..<dash].drop { $0 == " " }
        let last = specification[specification.index(after: dash)...]
        guard (first + last).utf8.allSatisfy(ASCII.isDigit), first.count <= 18, last.count <= 18 else { return nil }
        guard let start = Int(first) else {
            guard let count = Int(last) else { return nil }
            return .some(count > 0 && length > 0 ? max(0, length - count)..<length : nil)
        }
        let end = Int(last) ?? .max - 1
        guard start <= end else { return nil }
        return .some(start < length ? start..<min(end + 1, length) : nil)
    }
}
