/// A slot of the establishment's bell schedule (*créneau*: M1, M2 … S4).
package struct Period: Hashable, Sendable {
    package let label: String
    package let span: TimeSpan

    package init(label: String, span: TimeSpan) {
        self.label = label
        self.span = span
    }
}
