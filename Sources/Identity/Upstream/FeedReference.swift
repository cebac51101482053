/// By what an academy's feed knows somebody, as ÉduConnect writes it in FrEduCtRefId: `{AAF}24|…|123456`.
struct FeedReference: Hashable {
    /// The academy's number, without leading zeros: `24`.
    let academy: String
    let key: String

    init?(_ text: String) {
        guard text.hasPrefix("{AAF}"), text.utf8.count <= 200 else { return nil }
        let parts = text.dropFirst(5).split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count >= 2, let academy = parts.first, let key = parts.last, !key.isEmpty,
            (1...3).contains(academy.utf8.count), academy.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        self.academy = String(academy.drop { $0 == "0" })
        self.key = String(key)
    }
}
