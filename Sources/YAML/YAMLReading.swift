/// The problems met while one file is read: reading goes on after each, so that a file is put right in one go.
final class YAMLReading {
    private static let most = 200
    private var problems: [YAMLProblem] = []
    private var count = 0

    var isClean: Bool { count == 0 }

    func add(_ problem: YAMLProblem) {
        count += 1
        if problems.count < YAMLReading.most { problems.append(problem) }
    }

    func sorted(orAt place: YAMLPlace) -> [YAMLProblem] {
        guard !isClean else { return [YAMLProblem(place, "the value is not as expected")] }
        var sorted = problems.sorted { $0.place < $1.place }
        if count > problems.count, let last = sorted.last {
            sorted.append(YAMLProblem(last.place, "… and \(count - problems.count) more problems in this file"))
        }
        return sorted
    }
}
