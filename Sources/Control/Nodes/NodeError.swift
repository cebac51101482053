package import Web

/// What adding and removing nodes can fail with.
package enum NodeError: Error, Equatable, Sendable {
    /// This admin service starts no nodes: its configuration has no `nodes`.
    case notConfigured
    /// All 64 names are taken.
    case full
    case unknown
    /// The one that is left: without it nobody is served.
    case last
    /// The driver did not do it.
    case driver(String)
    /// The node was started, and did not say in time that it is ready.
    case notReady
    /// A front did not answer, or refused.
    case front(String)
}

extension ProblemCode {
    package static let nodesNotConfigured = ProblemCode(
        "preau.nodes.not_configured", 409,
        title: Phrase(
            fr: "Ce service d'administration ne démarre pas de nœuds", en: "This admin service starts no nodes"),
        meaning: Phrase(
            fr: "Sa configuration n'a pas de partie « nodes » : les fronts et le pilote qui démarre les nœuds.",
            en: "Its configuration has no “nodes”: the fronts, and the driver that starts nodes."))
    package static let nodesFull = ProblemCode(
        "preau.nodes.full", 409, title: Phrase(fr: "Il y a déjà 64 nœuds", en: "There are 64 nodes already"),
        meaning: Phrase(
            fr: "Le front a 64 places pour des nœuds.", en: "The front has places for 64 nodes."))
    package static let nodeUnknown = ProblemCode(
        "preau.nodes.unknown", 404, title: Phrase(fr: "Ce nœud n'existe pas", en: "There is no such node"),
        meaning: Phrase(
            fr: "Les noms vont de node-1 à node-64 ; la liste des nœuds dit lesquels servent.",
            en: "Names go from node-1 to node-64; the list of nodes tells which of them serve."))
    package static let lastNode = ProblemCode(
        "preau.nodes.last", 409, title: Phrase(fr: "C'est le dernier nœud", en: "This is the last node"),
        meaning: Phrase(
            fr: "Sans lui, plus personne n'est servi : ajoutez-en un autre d'abord.",
            en: "Without it nobody is served: add another one first."))
    package static let nodeNotStarted = ProblemCode(
        "preau.nodes.not_started", 502, title: Phrase(fr: "Le nœud n'a pas démarré", en: "The node did not start"),
        meaning: Phrase(
            fr: "Le pilote a échoué, ou le nœud n'a pas dit à temps qu'il est prêt ; ses journaux disent pourquoi.",
            en: "The driver failed, or the node did not say in time that it is ready; its logs say why."))
    package static let frontRefused = ProblemCode(
        "preau.nodes.front", 502, title: Phrase(fr: "Un front n'a pas répondu", en: "A front did not answer"),
        meaning: Phrase(
            fr: "L'interface d'exécution de HAProxy n'a pas répondu ou a refusé ; refaire la commande est sans risque.",
            en: "HAProxy's runtime interface did not answer, or refused; the command can be repeated safely."))

    package static let nodes: [ProblemCode] = [
        .nodesNotConfigured, .nodesFull, .nodeUnknown, .lastNode, .nodeNotStarted, .frontRefused,
    ]
}

extension NodeError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .notConfigured: Problem(.nodesNotConfigured)
        case .full: Problem(.nodesFull)
        case .unknown: Problem(.nodeUnknown)
        case .last: Problem(.lastNode)
        case .driver(let reason): Problem(.nodeNotStarted, detail: Phrase(verbatim: reason))
        case .notReady: Problem(.nodeNotStarted)
        case .front(let reason): Problem(.frontRefused, detail: Phrase(verbatim: reason))
        }
    }
}
