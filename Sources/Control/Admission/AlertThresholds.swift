/// From when on the figures of a territory are an alert: configuration of the admin service (`alerts`).
package struct AlertThresholds: Sendable {
    /// Below this part of good answers something is wrong; of a thousand.
    package let good: Int
    /// From this part of the cap on it is worth looking; of a thousand.
    package let places: Int
    /// Minutes that advice looks at.
    package let minutes: Int

    package static let standard = AlertThresholds()

    package init(good: Int = 995, places: Int = 900, minutes: Int = 5) {
        self.good = good
        self.places = places
        self.minutes = minutes
    }
}
