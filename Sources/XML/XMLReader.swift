internal import CExpat

/// Reads one document piece by piece with expat and tells a handler what comes by: no tree, no DTD, no entity.
///
/// A document type may be named (`<!DOCTYPE … SYSTEM "x.dtd">`): it is never fetched. One that declares an entity, or uses
/// one that is not of XML itself, is refused, so that nothing is ever expanded.
package final class XMLReader {
    private let parser: XML_Parser
    private let limits: XMLLimits
    /// Unowned by expat: the reader outlives every call into it.
    private let context: Context
    private var repair = UTF8Repair()
    /// The beginning, held back until it tells the encoding; nil from then on.
    private var head: [UInt8]? = []
    private var received = 0

    /// Bytes that were no UTF-8 in a document that says it is, read as Windows-1252.
    package var repairedBytes: Int { repair.count }
    package var line: Int { context.line }

    /// - Parameter handler: kept until the reader is gone.
    package init(handler: any XMLHandler, limits: XMLLimits = XMLLimits()) throws(XMLError) {
        guard let parser = XML_ParserCreate(nil) else {
            throw .tooLarge(line: 1, what: "there is no memory left to read it")
        }
        self.parser = parser
        self.limits = limits
        context = Context(handler, limits, parser)
        XML_SetUserData(parser, Unmanaged.passUnretained(context).toOpaque())
        XML_SetElementHandler(parser, startElement, endElement)
        XML_SetCharacterDataHandler(parser, characters)
        XML_SetCommentHandler(parser, comment)
        XML_SetEntityDeclHandler(parser, entityDeclared)
        XML_SetSkippedEntityHandler(parser, entitySkipped)
        XML_SetUnknownEncodingHandler(parser, unknownEncoding, nil)
        XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_NEVER)
    }

    deinit { XML_ParserFree(parser) }

    /// Reads the next piece. - Throws: `XMLError`; nothing more may be given after it.
    package func read(_ piece: UnsafeRawBufferPointer) throws(XMLError) {
        received += piece.count
        guard received <= limits.bytes else {
            throw .tooLarge(line: line, what: "the document is larger than \(limits.bytes) bytes")
        }
        if var head {
            head.append(contentsOf: piece)
            self.head = head
            return head.count < XMLReader.headLength ? () : try passHead()
        }
        try pass(piece)
    }

    private static let headLength = 256

    /// The encoding is known now.
    private func passHead() throws(XMLError) {
        guard let bytes = head else { return }
        head = nil
        let outcome = bytes.withUnsafeBytes { bytes -> Result<Void, XMLError> in
            repair.isNeeded = XMLReader.saysUTF8(bytes)
            do throws(XMLError) { return .success(try pass(bytes)) } catch { return .failure(error) }
        }
        try outcome.get()
    }

    private func pass(_ piece: UnsafeRawBufferPointer) throws(XMLError) {
        if let repaired = repair.next(piece) {
            try parse(repaired, isFinal: false)
        } else {
            try parse(piece, isFinal: false)
        }
    }

    /// The document has ended. - Throws: `XMLError.malformed` when it has not.
    package func finish() throws(XMLError) {
        try passHead()
        try parse(repair.finish(), isFinal: true)
    }

    private func parse(_ bytes: [UInt8], isFinal: Bool) throws(XMLError) {
        let outcome = bytes.withUnsafeBytes { bytes -> Result<Void, XMLError> in
            do throws(XMLError) { return .success(try parse(bytes, isFinal: isFinal)) } catch { return .failure(error) }
        }
        try outcome.get()
    }

    private func parse(_ bytes: UnsafeRawBufferPointer, isFinal: Bool) throws(XMLError) {
        // expat counts in Int32.
        var position = 0
        repeat {
            let count = min(bytes.count - position, 1 << 20)
            let isLast = isFinal && position + count == bytes.count
            let start = bytes.baseAddress?.advanced(by: position).assumingMemoryBound(to: CChar.self)
            context.lines.begin(UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
            defer { context.lines.end() }
            let status = XML_Parse(parser, start, Int32(count), isLast ? 1 : 0)
            if let failure = context.failure { throw failure }
            guard status == XML_STATUS_OK else { throw error() }
            position += count
        } while position < bytes.count
    }

    private func error() -> XMLError {
        let code = XML_GetErrorCode(parser)
        switch code {
        case XML_ERROR_UNDEFINED_ENTITY, XML_ERROR_RECURSIVE_ENTITY_REF, XML_ERROR_ENTITY_DECLARED_IN_PE,
            XML_ERROR_AMPLIFICATION_LIMIT_BREACH:
            return .entity(line: line)
        case XML_ERROR_UNKNOWN_ENCODING, XML_ERROR_INCORRECT_ENCODING: return .encoding(line: line)
        default:
            let reason = XML_ErrorString(code).map { String(cString: $0) } ?? "it is not XML"
            return .malformed(line: line, reason: reason)
        }
    }

    /// Whether the declaration names UTF-8 or nothing at all; the others are decoded byte by byte, where nothing is invalid.
    private static func saysUTF8(_ piece: UnsafeRawBufferPointer) -> Bool {
        let head = piece.prefix(200)
        // UTF-16 has a zero in its first four bytes.
        guard !head.prefix(4).contains(0) else { return false }
        let text = String(decoding: head, as: UTF8.self).lowercased()
        guard let end = text.firstRange(of: "?>"), let found = text[..<end.lowerBound].firstRange(of: "encoding")
        else { return true }
        return text[found.upperBound..<end.lowerBound].contains("utf-8")
    }

    /// What the callbacks share.
    final class Context {
        let handler: any XMLHandler
        let takesAttributes: Bool
        let limits: XMLLimits
        private let parser: XML_Parser
        var lines = XMLLines()
        var depth = 0
        var textLength = 0
        var failure: XMLError?

        init(_ handler: any XMLHandler, _ limits: XMLLimits, _ parser: XML_Parser) {
            self.handler = handler
            takesAttributes = handler.takesAttributes
            self.limits = limits
            self.parser = parser
        }

        /// Where what is being told begins. expat's own count looks at each byte a second time, one by one.
        var line: Int { lines.number(at: Int(XML_GetCurrentByteIndex(parser))) }

        func start(_ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
            depth += 1
            textLength = 0
            guard depth <= limits.depth else {
                return stop(.tooLarge(line: line, what: "elements are nested too deep"))
            }
            let element = bytes(name)
            guard element.count <= limits.name else {
                return stop(.tooLarge(line: line, what: "an element's name is too long"))
            }
            var value: UnsafeBufferPointer<UInt8>?
            var index = 0
            while let key = attributes?[index], let text = attributes?[index + 1] {
                if isName(key) { value = bytes(text) }
                if takesAttributes {
                    let content = bytes(text)
                    guard content.count <= limits.text else {
                        return stop(.tooLarge(line: line, what: "an attribute's value is too long"))
                    }
                    handler.attribute(bytes(key), content)
                }
                index += 2
            }
            if let value, value.count > limits.name {
                return stop(.tooLarge(line: line, what: "an attribute's value is too long"))
            }
            handler.start(element, name: value, line: line)
        }

        func stop(_ error: XMLError) {
            guard failure == nil else { return }
            failure = error
            XML_StopParser(parser, 0)
        }
    }
}

/// Not retained: a document has tens of millions of events, and the reader outlives them all.
@inline(__always)
private func with(_ pointer: UnsafeMutableRawPointer?, _ body: (XMLReader.Context) -> Void) {
    guard let pointer else { return }
    Unmanaged<XMLReader.Context>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
}

private func bytes(_ text: UnsafePointer<CChar>) -> UnsafeBufferPointer<UInt8> {
    var length = 0
    while text[length] != 0 { length += 1 }
    return UnsafeBufferPointer(
        start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: length)
}

private func isName(_ text: UnsafePointer<CChar>) -> Bool {
    text[0] == 0x6e && text[1] == 0x61 && text[2] == 0x6d && text[3] == 0x65 && text[4] == 0
}

private let startElement: XML_StartElementHandler = { pointer, name, attributes in
    with(pointer) { context in
        guard let name, context.failure == nil else { return }
        context.start(name, attributes)
    }
}

private let endElement: XML_EndElementHandler = { pointer, name in
    with(pointer) { context in
        guard let name, context.failure == nil else { return }
        context.depth -= 1
        context.textLength = 0
        context.handler.end(bytes(name))
    }
}

private let characters: XML_CharacterDataHandler = { pointer, text, length in
    with(pointer) { context in
        guard let text, context.failure == nil else { return }
        context.textLength += Int(length)
        guard context.textLength <= context.limits.text else {
            return context.stop(.tooLarge(line: context.line, what: "a text is too long"))
        }
        context.handler.text(
            UnsafeBufferPointer(start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: Int(length)))
    }
}

private let comment: XML_CommentHandler = { pointer, text in
    with(pointer) { context in
        guard let text, context.failure == nil else { return }
        context.handler.comment(bytes(text))
    }
}

private let entityDeclared: XML_EntityDeclHandler = { pointer, _, _, _, _, _, _, _, _ in
    with(pointer) { $0.stop(.entity(line: $0.line)) }
}

private let entitySkipped: XML_SkippedEntityHandler = { pointer, _, _ in
    with(pointer) { $0.stop(.entity(line: $0.line)) }
}

/// ISO-8859-15 and Windows-1252, which expat leaves to its caller.
private let unknownEncoding: XML_UnknownEncodingHandler = { _, name, info in
    guard let name, let info else { return Int32(XML_STATUS_ERROR.rawValue) }
    let changes: [Int: Int32]
    switch String(cString: name).lowercased() {
    case "iso-8859-15", "iso8859-15", "latin-9", "latin9":
        changes = [
            0xa4: 0x20ac, 0xa6: 0x160, 0xa8: 0x161, 0xb4: 0x17d, 0xb8: 0x17e, 0xbc: 0x152, 0xbd: 0x153, 0xbe: 0x178,
        ]
    case "windows-1252", "cp1252": changes = UTF8Repair.windows1252.mapValues { Int32($0.value) }
    case "iso8859-1", "latin1", "latin-1": changes = [:]
    default: return Int32(XML_STATUS_ERROR.rawValue)
    }
    withUnsafeMutableBytes(of: &info.pointee.map) { bytes in
        let map = bytes.bindMemory(to: Int32.self)
        for byte in 0..<256 { map[byte] = changes.index(forKey: byte).map { changes[$0].value } ?? Int32(byte) }
    }
    info.pointee.data = nil
    info.pointee.convert = nil
    info.pointee.release = nil
    return Int32(XML_STATUS_OK.rawValue)
}
