/// Makes rows of the staging tables of what is read from an archive; runs on a thread that may block.
final class FeedInterpreter {
    private let pieces: FeedPipe<FeedPiece>
    let writer: StageWriter
    var delivery = FeedDelivery()
    private var scopeNumbers: [String: Int] = [:]

    /// More deliveries in one archive than there are academies, twice.
    private static let mostScopes = 200

    init(import number: Int, from pieces: FeedPipe<FeedPiece>, to output: FeedPipe<StageBlock>) {
        self.pieces = pieces
        writer = StageWriter(import: number) { try output.putWaiting($0) }
    }

    /// Takes all of it. - Throws: `FeedError`, or why a pipe was given up.
    func run() throws -> FeedDelivery {
        var file: AAFFile?
        while let piece = try pieces.takeWaiting() {
            switch piece {
            case .begin(let name): file = AAFFile(name: name, scope: try scope(of: name), into: self)
            case .records(let records): for record in records { try file?.take(record) }
            case .end(let ending): file?.end(ending)
            }
        }
        guard !delivery.scopes.isEmpty else {
            throw FeedError.unreadable("no file of a feed in the archive: …_Eleve_0000.xml, …_EtabEducNat_0000.xml")
        }
        for scope in delivery.scopes where !scope.isDelta {
            for missing in AAFFileName.missing(in: scope.names) {
                delivery.anomalies.add(FeedAnomaly(.missingFile, missing, file: scope.names.first?.prefix))
            }
        }
        try writer.finish()
        delivery.records = writer.people
        return delivery
    }

    private func scope(of name: AAFFileName) throws -> Int {
        let key = name.folder + "/" + name.prefix
        if let number = scopeNumbers[key] {
            delivery.scopes[number].names.append(name)
            return number
        }
        guard delivery.scopes.count < Self.mostScopes else { throw FeedError.tooLarge("too many deliveries at once") }
        var scope = FeedDelivery.Scope(folder: name.folder)
        scope.isDelta = name.isDelta
        scope.isFirstDegree = name.prefix.uppercased().contains("1D")
        scope.names = [name]
        delivery.scopes.append(scope)
        scopeNumbers[key] = delivery.scopes.count - 1
        return delivery.scopes.count - 1
    }
}
