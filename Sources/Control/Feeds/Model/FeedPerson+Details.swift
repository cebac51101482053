internal import Runtime
internal import Web

extension FeedPerson {
    /// Lays what a shard keeps of somebody in one establishment over what is known of them already.
    /// - Parameters:
    ///   - details: the JSON that `StageWriter.details` wrote.
    ///   - structure: the feed's key of the establishment.
    mutating func add(details: String, structure: String) {
        var parser = JSONParser(Array(details.utf8))
        guard let document = try? parser.parse(), case .object(let members) = document else { return }
        var own: String?
        for member in members {
            switch (member.name, member.value) {
            case ("ine", .string(let text)): ine = text
            case ("level", .string(let text)): level = text
            case ("teaches", .bool(let flag)): teaches = flag
            case ("structure", .string(let text)): own = text
            case ("places", .array(let elements)):
                places += elements.compactMap { Place($0, structure: structure) }
            case ("teaches_what", .array(let elements)):
                assignments += elements.compactMap { Assignment($0, structure: structure) }
            case ("functions", .array(let elements)):
                functions += elements.compactMap { Function($0, structure: structure) }
            case (let name, .string(let text)): self.details[name] = text
            default: break
            }
        }
        if let own {
            self.structure = own
        } else if self.structure == nil || kind == .staff {
            self.structure = structure
        }
        if kind == .staff, let own = self.structure { otherStructures = [own] }
    }
}

extension JSON {
    /// The text of a member of an object.
    fileprivate func text(_ name: String) -> String? {
        guard case .object(let members) = self,
            case .string(let text)? = members.first(where: { $0.name == name })?.value
        else { return nil }
        return text
    }
}

extension FeedPerson.Place {
    fileprivate init?(_ value: JSON, structure: String) {
        guard let kind = value.text("k").flatMap(Kind.init(rawValue:)), let code = value.text("c"),
            let part = value.text("r").flatMap(Part.init(rawValue:))
        else { return nil }
        self.init(
            structure: structure, kind: kind, code: code, label: value.text("n"), part: part,
            from: value.text("f").flatMap { CivilDate($0) }, until: value.text("u").flatMap { CivilDate($0) })
    }
}

extension FeedPerson.Assignment {
    fileprivate init?(_ value: JSON, structure: String) {
        guard let kind = value.text("k").flatMap(FeedPerson.Place.Kind.init(rawValue:)), let code = value.text("c"),
            let subject = value.text("s")
        else { return nil }
        self.init(structure: structure, kind: kind, code: code, subject: subject)
    }
}

extension FeedPerson.Function {
    fileprivate init?(_ value: JSON, structure: String) {
        guard let code = value.text("code") else { return nil }
        self.init(
            structure: structure, code: code, label: value.text("name") ?? "",
            discipline: value.text("discipline") ?? "")
    }
}
