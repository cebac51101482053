internal import Glibc

/// Writes the files of a feed, one after the other, through one buffer: size costs time, not memory.
final class AAFFileWriter {
    private let folder: String
    private let prefix: String
    private let settings: GeneratorSettings
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []
    private var content: AAFFileName.Content?
    private var number = 0
    private var inFile = 0
    private(set) var files = 0
    private(set) var bytes = 0

    init(folder: String, prefix: String, settings: GeneratorSettings) {
        self.folder = folder
        self.prefix = prefix
        self.settings = settings
        buffer.reserveCapacity(1 << 20)
    }

    /// Ends the file under way and begins the first one of `content`.
    func begin(_ content: AAFFileName.Content) throws {
        try end()
        self.content = content
        number = 0
        try open()
    }

    /// One record of the content begun; a new file is begun when this one is full.
    func add(_ record: (inout AAFRecordWriter) -> Void) throws {
        if inFile == settings.perFile {
            try close()
            number += 1
            try open()
        }
        inFile += 1
        var writer = AAFRecordWriter(encoding: settings.encoding, bytes: buffer)
        buffer = []
        record(&writer)
        buffer = writer.bytes
        if buffer.count > 900_000 { try flush() }
    }

    func end() throws {
        if descriptor >= 0 { try close() }
    }

    private func open() throws {
        guard let content else { return }
        let digits = String(number)
        let name =
            prefix + content.rawValue + "_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".xml"
        descriptor = Glibc.open(folder + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw GeneratorError.unwritable(folder + "/" + name, errno) }
        inFile = 0
        files += 1
        let declared =
            switch settings.encoding {
            case .utf8, .mojibake, .wrong: "UTF-8"
            case .latin1, .entities: "ISO-8859-1"
            case .latin9: "ISO-8859-15"
            }
        let degree = settings.degree.rawValue.uppercased()
        buffer.append(
            contentsOf: """
                <?xml version="1.0" encoding="\(declared)"?>
                <!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd">
                <!-- versionAF="AAF-INVENTE" versionSDET="6.4" codeAcademieExport="\(settings.academy)" degre="\(degree)" dateGenerationExport="\(settings.date)" -->
                <ficAlimMENESR>

                """.utf8)
    }

    private func close() throws {
        buffer.append(contentsOf: "</ficAlimMENESR>\n".utf8)
        try flush()
        Glibc.close(descriptor)
        descriptor = -1
    }

    private func flush() throws {
        var position = 0
        while position < buffer.count {
            let count = buffer.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: position), $0.count - position)
            }
            guard count > 0 else { throw GeneratorError.unwritable(folder, errno) }
            position += count
        }
        bytes += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Why a feed could not be written.
package enum GeneratorError: Error, CustomStringConvertible {
    case unwritable(String, Int32)

    package var description: String {
        switch self {
        case .unwritable(let path, let code): "\(path): \(String(cString: strerror(code)))"
        }
    }
}

/// One request, as XML in the encoding wanted.
struct AAFRecordWriter {
    private let encoding: GeneratorSettings.Encoding
    private(set) var bytes: [UInt8]

    init(encoding: GeneratorSettings.Encoding, bytes: [UInt8]) {
        self.encoding = encoding
        self.bytes = bytes
    }

    mutating func request(
        _ operation: FeedOperation, _ category: AAFEntry.Category, _ id: String,
        _ attributes: (inout AAFRecordWriter) -> Void
    ) {
        let element =
            switch operation {
            case .whole: "addRequest"
            case .change: "modifyRequest"
            case .remove: "deleteRequest"
            }
        let kind =
            switch category {
            case .pupil, .guardian, .staff: "categoriePersonne"
            case .structure: "categorieStructure"
            case .subject: "categorieMatiere"
            case .programme: "categorieMef"
            }
        raw("<\(element)><operationalAttributes><attr name=\"\(kind)\"><value>\(category.rawValue)</value></attr>")
        raw("</operationalAttributes><identifier><id>\(id)</id></identifier>\n")
        switch operation {
        case .whole:
            raw("<attributes>\n")
            attributes(&self)
            raw("</attributes>")
        case .change:
            raw("<modifications>\n")
            attributes(&self)
            raw("</modifications>")
        case .remove: break
        }
        raw("</\(element)>\n")
    }

    mutating func attribute(_ attribute: AAFAttribute, _ values: [String], changing: Bool = false) {
        raw(changing ? "<modification name=\"" : "<attr name=\"")
        raw(attribute.rawValue)
        raw(changing ? "\" operation=\"replace\">" : "\">")
        if values.isEmpty { raw("<value/>") }
        for value in values {
            raw("<value>")
            text(value)
            raw("</value>")
        }
        raw(changing ? "</modification>\n" : "</attr>\n")
    }

    mutating func attribute(_ attribute: AAFAttribute, _ value: String) {
        self.attribute(attribute, value.isEmpty ? [] : [value])
    }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func text(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": raw("&amp;")
            case "<": raw("&lt;")
            case ">": raw("&gt;")
            default: put(scalar)
            }
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80 { return bytes.append(UInt8(scalar.value)) }
        let utf8 = String(Character(scalar)).utf8
        switch encoding {
        case .utf8: bytes.append(contentsOf: utf8)
        case .entities: raw("&#\(scalar.value);")
        case .mojibake: for byte in utf8 { raw("&#\(byte);") }
        // All that the names have is the same in the three.
        case .latin1, .latin9, .wrong: bytes.append(scalar.value < 0x100 ? UInt8(scalar.value) : UInt8(ascii: "?"))
        }
    }
}
