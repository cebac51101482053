extension YAMLShape where Value == String {
    /// Any text that is not blank, up to 10,000 characters. A number is a text too, as written.
    package static var text: YAMLShape { text(upTo: 10_000) }

    package static func text(upTo limit: Int) -> YAMLShape {
        text("a text", upTo: limit) { _ in true }
    }

    /// One line of text, without control characters: a name, a title, a path.
    package static func line(upTo limit: Int = 200) -> YAMLShape {
        text("a text on one line", upTo: limit) { text in
            !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
    }

    private static func text(
        _ expected: String, upTo limit: Int, where isAllowed: @escaping (String) -> Bool
    ) -> YAMLShape {
        YAMLShape(expected) { value in
            guard case .scalar(let text, _) = value.node.content, !value.node.isNull,
                text.contains(where: { !$0.isWhitespace }), isAllowed(text)
            else {
                value.mismatch(expected)
                return nil
            }
            guard text.unicodeScalars.count <= limit else {
                value.reject("the text has more than \(limit) characters")
                return nil
            }
            return text
        }
    }
}

extension YAMLShape where Value == Bool {
    package static var flag: YAMLShape { oneOf(["true": true, "false": false]) }
}

extension YAMLShape where Value == Int {
    /// A whole number in decimal; `51_000` reads as 51000.
    package static func integer(_ range: ClosedRange<Int> = Int.min...Int.max) -> YAMLShape {
        let expected =
            switch (range.lowerBound, range.upperBound) {
            case (Int.min, Int.max): "a whole number"
            case (_, Int.max): "a whole number, at least \(range.lowerBound)"
            default: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
        return scalar(expected) { text in
            guard let first = text.first, let last = text.last, first != "_", first != "+", last != "_" else {
                return nil
            }
            return Int(text.filter { $0 != "_" }).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension YAMLShape {
    /// A list of values of one shape, each wrong one reported; nil when one of them is wrong.
    package static func list<Element>(
        of element: YAMLShape<Element>, atLeast least: Int = 0, atMost most: Int = .max
    ) -> YAMLShape<[Element]> where Value == [Element] {
        let expected = "a list, each of it \(element.expected)"
        return YAMLShape(expected) { value in
            guard case .sequence(let items) = value.node.content else {
                value.mismatch(expected)
                return nil
            }
            guard (least...max(least, most)).contains(items.count) else {
                value.reject(
                    items.count < least
                        ? "expected at least \(least) in the list, found \(items.count)"
                        : "expected at most \(most) in the list, found \(items.count)")
                return nil
            }
            let elements = items.enumerated().compactMap { element.read(value.item($1, $0)) }
            return elements.count == items.count ? elements : nil
        }
    }

    /// Keys that are data themselves: a dictionary in the file's order, with each key's place.
    /// - Parameter key: understands a key; its `expected` says what the keys should be.
    package static func table<Key, Element>(
        key: YAMLShape<Key>, of element: YAMLShape<Element>
    ) -> YAMLShape<[(key: YAMLPlaced<Key>, value: Element)]> where Value == [(key: YAMLPlaced<Key>, value: Element)] {
        let expected = "keys, each of them \(key.expected)"
        return YAMLShape(expected) { value in
            guard case .mapping(let entries) = value.node.content else {
                value.mismatch(expected)
                return nil
            }
            var rows: [(key: YAMLPlaced<Key>, value: Element)] = []
            for entry in entries {
                let name = YAMLNode(content: .scalar(entry.key, isPlain: false), place: entry.keyPlace)
                let read = key.read(YAMLValue(name, path: value.path, reading: value.reading))
                guard let element = element.read(value.entry(entry)), let read else { continue }
                rows.append((YAMLPlaced(read, at: entry.keyPlace), element))
            }
            return rows.count == entries.count ? rows : nil
        }
    }

    /// Either of two shapes, told apart by whether the value is a scalar.
    /// - Parameters:
    ///   - scalar: for a value on one line.
    ///   - structure: for a list or keys.
    package static func either(scalar: YAMLShape, structure: YAMLShape) -> YAMLShape {
        YAMLShape("\(scalar.expected), or \(structure.expected)") { value in
            guard case .scalar = value.node.content else { return structure.read(value) }
            return scalar.read(value)
        }
    }
}
