internal import Identity
internal import Tenancy
internal import Web

/// Where somebody can go in the console: only what they have a right to somewhere.
enum ConsoleFrame {
    static func dress(_ call: Call, _ charge: Charge) {
        guard call.route.surface == .page else { return }
        var items = [PageFrame.Item(.overview, "/"), PageFrame.Item(.establishments, "/establishments")]
        if charge.has(.accounts) {
            items.append(PageFrame.Item(.accounts, "/accounts"))
            items.append(PageFrame.Item(.neverConnected, "/never-connected"))
        }
        if charge.has(.imports) { items.append(PageFrame.Item(.imports, "/imports")) }
        if charge.has(.rules) { items.append(PageFrame.Item(.admissionTitle, "/admission")) }
        if charge.has(.quotas) { items.append(PageFrame.Item(.quotasTitle, "/quotas")) }
        if charge.has(.services) { items.append(PageFrame.Item(.partnerServices, "/services")) }
        if charge.has(.establishments) { items.append(PageFrame.Item(.moves, "/moves")) }
        if charge.has(.delegation) { items.append(PageFrame.Item(.mandates, "/mandates")) }
        if charge.hasJobs { items.append(PageFrame.Item(.jobs, "/jobs")) }
        if charge.has(.audit) { items.append(PageFrame.Item(.auditLog, "/audit")) }
        call.frame.navigation = items
        call.frame.home = "/"
    }
}
