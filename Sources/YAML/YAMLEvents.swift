internal import CYAML

/// What libyaml finds, one after the other.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(String, isPlain: Bool)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
    }

    let kind: Kind
    let place: YAMLPlace
}

/// libyaml's parser over bytes that outlive it.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: String

    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) throws(YAMLError) {
        self.bytes = bytes
        self.file = file
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw .syntax(YAMLProblem(YAMLPlace(file: file, line: 1, column: 1), "there is no memory left to read it"))
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw .syntax(failure()) }
        defer { yaml_event_delete(&event) }
        let place = place(event.start_mark)
        return YAMLEvent(kind: try kind(of: event, at: place), place: place)
    }

    private func kind(of event: yaml_event_t, at place: YAMLPlace) throws(YAMLError) -> YAMLEvent.Kind {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT:
            throw .syntax(YAMLProblem(place, "an alias (*name) is not read here: write the value again"))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuse(anchor: scalar.anchor, tag: scalar.tag, at: place)
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            if text.utf8.contains(0) { throw .syntax(YAMLProblem(place, "a text cannot contain the character U+0000")) }
            return .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT:
            try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, at: place)
            return .sequenceStart
        case YAML_MAPPING_START_EVENT:
            try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, at: place)
            return .mappingStart
        default: return .streamEnd
        }
    }

    private func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, at place: YAMLPlace
    ) throws(YAMLError) {
        if anchor != nil {
            throw .syntax(YAMLProblem(place, "an anchor (&name) is not read here: write the value again"))
        }
        if tag != nil { throw .syntax(YAMLProblem(place, "a tag (!name) is not read here: write the value alone")) }
    }

    private func place(_ mark: yaml_mark_t) -> YAMLPlace {
        YAMLPlace(file: file, line: mark.line + 1, column: mark.column + 1)
    }

    private func failure() -> YAMLProblem {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it is not YAML"
        switch parser.pointee.error {
        case YAML_MEMORY_ERROR:
            return YAMLProblem(YAMLPlace(file: file, line: 1, column: 1), "there is no memory left to read it")
        case YAML_READER_ERROR:
            // libyaml gives an offset and no line for what is wrong with the bytes themselves.
            let explanation =
                problem == "control characters are not allowed"
                ? "a control character cannot stand here" : "the file is not UTF-8 (\(problem))"
            return YAMLProblem(place(offset: parser.pointee.problem_offset), explanation)
        default:
            return YAMLProblem(place(parser.pointee.problem_mark), explanation(problem))
        }
    }

    private func explanation(_ problem: String) -> String {
        let mark = parser.pointee.problem_mark
        if problem == "found character that cannot start any token", bytes.indices.contains(mark.index),
            tabs(before: mark)
        {
            return "a tab stands where YAML wants spaces"
        }
        if problem == "mapping values are not allowed in this context" {
            return "a value stands where none can: a text that contains “: ” needs quotes"
        }
        guard let context = parser.pointee.context.map({ String(cString: $0) }) else { return problem }
        let start = parser.pointee.context_mark
        return start.line == mark.line
            ? "\(problem), \(context)" : "\(problem), \(context) that begins on line \(start.line + 1)"
    }

    private func tabs(before mark: yaml_mark_t) -> Bool {
        // The mark counts characters, the array bytes: look at the line itself.
        var line = 0
        var start = 0
        while line < mark.line, start < bytes.count {
            if bytes[start] == UInt8(ascii: "\n") { line += 1 }
            start += 1
        }
        for byte in bytes[start...] {
            if byte == UInt8(ascii: "\t") { return true }
            if byte != UInt8(ascii: " ") { return false }
        }
        return false
    }

    private func place(offset: Int) -> YAMLPlace {
        let before = bytes.prefix(offset)
        let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
        return YAMLPlace(file: file, line: line, column: column)
    }
}
