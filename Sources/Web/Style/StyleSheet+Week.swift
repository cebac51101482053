extension StyleSheet {
    /// Where a lesson starts (`rN`) and how long it lasts (`sN`), in steps of five minutes: the page itself may say no style.
    private static var steps: String {
        let rows = WeekGrid.longestDay * 60 / WeekGrid.step
        return (0..<rows).map { ".r\($0){--r:\($0 + 1)}" }.joined()
            + (1...WeekGrid.longestItem).map { ".s\($0){--s:\($0)}" }.joined()
            + (1...WeekGrid.longestDay).map { ".h\($0){--hours:\($0)}" }.joined()
            + (1...7).map { ".d\($0){--days:\($0)}" }.joined()
    }

    static var week: String {
        """
        .week ol{list-style:none;padding:0}
        .week{display:grid;gap:1.5rem}
        .hours{display:none}
        .day h2{margin-bottom:.625rem;font-size:1.0625rem}
        .day h2::first-letter{text-transform:uppercase}
        .day-note{color:var(--muted);padding:.75rem 1rem;border:1px dashed var(--line);border-radius:.6rem}
        .day-note+ol{margin-top:.5rem}
        .day ol{display:grid;gap:.5rem}
        .lesson{background:hsl(var(--h) var(--tint));border-left:.3125rem solid hsl(var(--h) var(--stripe));
        border-radius:.5rem;padding:.625rem .75rem}
        .lesson p{margin:0;line-height:1.3}
        .lesson .when{font-size:.8125rem;color:var(--muted);font-variant-numeric:tabular-nums}
        .lesson .what{font-weight:650;hyphens:auto}
        .lesson .what a{color:inherit}
        .lesson .where{font-size:.875rem}
        .lesson .mark{width:auto;height:auto;margin-top:.25rem}
        .lesson .tag{background:var(--surface)}
        .is-off{background:var(--surface);border-left-style:dashed}
        .is-off .what,.is-off .when,.is-off .where{text-decoration:line-through}
        .jumps{position:sticky;top:0;z-index:2;background:var(--ground);margin:0 -1rem;padding:.375rem 1rem}
        .jumps ul{display:flex;gap:.25rem}
        .jumps li{flex:1}
        .jumps a{display:grid;place-content:center;min-height:3rem;border:1px solid var(--line);border-radius:.5rem;
        background:var(--surface);color:inherit;text-decoration:none;font-size:.8125rem;text-align:center;line-height:1.2}
        .jumps b{display:block;font-size:1.0625rem}
        .jumps [aria-current]{border:2px solid var(--accent);color:var(--accent);font-weight:700}
        .day{scroll-margin-top:4rem}
        .day h2{scroll-margin-top:4.5rem}
        \(steps)
        @supports(grid-template-rows:subgrid){@media(min-width:56rem),print{
        .jumps{display:none}
        .week{grid-template-columns:3.25rem repeat(var(--days),minmax(0,1fr));grid-template-rows:auto auto auto;gap:0 .5rem;
        background:var(--surface);border:1px solid var(--line);border-radius:var(--radius);box-shadow:var(--shadow);
        padding:.75rem .75rem .75rem 0}
        .hours{display:block;grid-row:3;font-size:.75rem;color:var(--muted);text-align:right;
        font-variant-numeric:tabular-nums}
        .hours li{height:var(--hour);line-height:1;transform:translateY(-.375rem)}
        .day{display:grid;grid-row:1/4;grid-template-rows:subgrid;min-width:0}
        .day h2{grid-row:1;text-align:center;text-wrap:wrap;font-size:.9375rem;padding:.5rem .25rem;margin:0 0 .5rem;border-radius:.5rem}
        .day .tag{vertical-align:.0625rem}
        .is-today h2{background:var(--accent-soft);color:var(--accent)}
        .day-note{grid-row:2;align-self:start;font-size:.875rem;margin-bottom:.5rem;padding:.5rem}
        .day ol{grid-row:3;gap:0;align-content:start;grid-auto-rows:calc(var(--hour)/12);margin:0;
        grid-template-columns:minmax(0,1fr);min-height:calc(var(--hours)*var(--hour));
        background:repeating-linear-gradient(var(--line) 0 1px,transparent 1px var(--hour))}
        .lesson{grid-row:var(--r)/span var(--s);grid-column:1;padding:.25rem .5rem;border-left-width:.25rem;overflow:hidden;
        margin-bottom:2px;border-radius:.375rem;display:grid;grid-template-columns:minmax(0,1fr) auto;align-content:start}
        .lesson>*{grid-column:1/3}
        .lesson:hover,.lesson:focus-within{box-shadow:0 0 0 1px hsl(var(--h) var(--stripe))}
        .lesson .when{font-size:.75rem;line-height:1.375rem;white-space:nowrap;overflow:hidden}
        .lesson:has(.mark) .when{grid-column:1}
        .lesson .what{font-size:.875rem;line-height:1.2}
        .lesson .where{font-size:.75rem}
        .lesson .mark{grid-area:1/2;margin:0 0 0 .25rem}
        .lesson .tag{font-size:.6875rem;line-height:1rem;padding:0 .375rem}
        .of2{width:50%}.of3{width:33.3%}.of4{width:25%}
        .k1.of2{margin-left:50%}.k1.of3{margin-left:33.3%}.k2.of3{margin-left:66.6%}
        .k1.of4{margin-left:25%}.k2.of4{margin-left:50%}.k3.of4{margin-left:75%}
        .of2>.when,.of3>.when,.of4>.when{grid-column:1/3!important;white-space:normal}
        .of2>.mark,.of3>.mark,.of4>.mark{grid-area:auto/1/auto/3!important;margin:0}}}
        """
    }

    static let paper = """
        @media print{
        @page{margin:11mm}
        :root{--hour:3.5rem;--shadow:none;--ground:#fff}
        html{font-size:80%}
        .top,.bottom,.skip,.actions,.toolbar,.tabs,.pagination,.notice,.no-print{display:none!important}
        main{max-width:none!important;padding:0;gap:.75rem}
        .card,.table,.week{box-shadow:none}
        .lesson,tr,.card{break-inside:avoid;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        a{color:inherit;text-decoration:none}
        .only-print{display:block}}
        @media screen{.only-print{display:none}}
        """
}
