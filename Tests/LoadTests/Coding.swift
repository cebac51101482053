import Foundation
import Load

/// What a process of a run would read of another one's.
func through(_ histogram: LatencyHistogram) throws -> LatencyHistogram {
    try JSONDecoder().decode(LatencyHistogram.self, from: JSONEncoder().encode(histogram))
}

func decode(_ text: String) throws -> LatencyHistogram {
    try JSONDecoder().decode(LatencyHistogram.self, from: Data(text.utf8))
}
