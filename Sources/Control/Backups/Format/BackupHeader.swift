internal import Runtime
package import Tenancy
package import Web

/// The first frame of a backup: of what it is, when it was made, and what is in it.
package struct BackupHeader: Sendable, Equatable {
    /// One table's rows of the establishment, or what the directory knows of it.
    package struct Section: Sendable, Equatable {
        package enum Place: String, Sendable {
            case shard
            case directory
        }

        package let place: Place
        /// The table's.
        package let name: String
        /// In the order of the rows' values; the establishment's own number is never among them.
        package let columns: [String]
        package let rows: Int64
        /// Of the rows' content, as the shard that they came from computed it (`BackupStore`); empty for the directory's.
        package let digest: String

        package init(place: Place, name: String, columns: [String], rows: Int64, digest: String) {
            self.place = place
            self.name = name
            self.columns = columns
            self.rows = rows
            self.digest = digest
        }
    }

    package let uai: UAI
    /// The establishment as the directory describes it: name, kind, town, …
    package let establishment: JSON
    /// Microseconds since 1970: the moment that the rows are of.
    package let madeAt: Int64
    package let shard: ShardID
    /// The newest migration of the shard.
    package let schemaVersion: Int
    package let sections: [Section]

    package init(
        uai: UAI, establishment: JSON, madeAt: Int64, shard: ShardID, schemaVersion: Int, sections: [Section]
    ) {
        self.uai = uai
        self.establishment = establishment
        self.madeAt = madeAt
        self.shard = shard
        self.schemaVersion = schemaVersion
        self.sections = sections
    }

    package var rows: Int64 { sections.reduce(0) { $0 + ($1.place == .shard ? $1.rows : 0) } }

    /// What people are told of it, in plain values.
    package var summary: (uai: String, madeAt: String, rows: Int64, tables: [(name: String, rows: Int64)], schema: Int)
    {
        let tables = sections.filter { $0.place == .shard && $0.rows > 0 }.map { (name: $0.name, rows: $0.rows) }
        return (uai.rawValue, Timestamp.iso8601(microseconds: madeAt), rows, tables, schemaVersion)
    }

    var json: JSON {
        [
            "uai": .string(uai.rawValue), "establishment": establishment, "made_at": .integer(Int(madeAt)),
            "shard": .integer(Int(shard.rawValue)), "schema_version": .integer(schemaVersion),
            "sections": .array(
                sections.map { section in
                    [
                        "place": .string(section.place.rawValue), "name": .string(section.name),
                        "columns": .array(section.columns.map { .string($0) }), "rows": .integer(Int(section.rows)),
                        "digest": .string(section.digest),
                    ]
                }),
        ]
    }

    /// - Throws: `.unreadable`.
    init(_ bytes: [UInt8]) throws(BackupFileError) {
        var parser = JSONParser(bytes, depthLimit: 12, valueLimit: 400_000)
        let json: JSON
        do { json = try parser.parse() } catch { throw .unreadable("its header is not JSON") }
        guard let uai = json["uai"]?.text.flatMap(UAI.init(rawValue:)), let establishment = json["establishment"],
            establishment.members != nil, let madeAt = json["made_at"]?.integer,
            let shard = json["shard"]?.integer.flatMap(Int16.init(exactly:)),
            let version = json["schema_version"]?.integer, let sections = json["sections"]?.elements,
            sections.count <= BackupFormat.mostSections
        else { throw .unreadable("its header lacks something") }
        self.uai = uai
        self.establishment = establishment
        self.madeAt = Int64(madeAt)
        self.shard = ShardID(rawValue: shard)
        schemaVersion = version
        var read: [Section] = []
        var names: Set<String> = []
        for section in sections {
            guard let place = section["place"]?.text.flatMap(Section.Place.init(rawValue:)),
                let name = section["name"]?.text, names.insert("\(place)/\(name)").inserted,
                let columns = section["columns"]?.elements?.map(\.text), !columns.isEmpty,
                columns.count <= BackupFormat.mostColumns, let rows = section["rows"]?.integer, rows >= 0,
                let digest = section["digest"]?.text
            else { throw .unreadable("its header describes a section badly") }
            let own = columns.compactMap(\.self)
            guard own.count == columns.count, Set(own).count == own.count else {
                throw .unreadable("its header describes a section badly")
            }
            read.append(Section(place: place, name: name, columns: own, rows: Int64(rows), digest: digest))
        }
        self.sections = read
    }
}
