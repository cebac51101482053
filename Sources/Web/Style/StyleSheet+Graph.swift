extension StyleSheet {
    /// Values over time.
    static let graph = """
        .graph{margin:0;min-width:0}
        .graph figcaption{font-weight:600}
        .graph-top,.graph-axis,.graph-key{color:var(--muted);font-size:.875rem}
        .graph svg[role]{display:block;width:100%;height:12rem;border-block:1px solid var(--line);margin:.25rem 0}
        .graph-axis{display:flex;justify-content:space-between;gap:1rem}
        .graph-key{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:.5rem}
        .graph-key svg{width:2.5rem;height:.5rem}
        .graph path{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
        .graph .first{stroke:var(--accent)}
        .graph .second{stroke:var(--ink);stroke-dasharray:7 4}
        .graph .third{stroke:var(--edge);stroke-dasharray:2 3}
        .graph .limit{stroke:var(--bad);stroke-dasharray:12 4 2 4}
        """
}
