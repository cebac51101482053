extension StyleSheet {
    static let components = """
        .heading{display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;align-items:end;justify-content:space-between}
        .lead{margin-top:.375rem;color:var(--muted);font-size:1.0625rem}
        .actions{display:flex;flex-wrap:wrap;gap:.625rem;align-items:center}
        .card{background:var(--surface);border:1px solid var(--line);border-radius:var(--radius);box-shadow:var(--shadow);
        padding:1.125rem}
        .card ul{padding-left:1.25rem}
        .button{display:inline-flex;align-items:center;justify-content:center;gap:.5rem;min-height:2.75rem;padding:.5rem 1.125rem;
        border:1px solid var(--edge);border-radius:.6rem;background:var(--surface);color:var(--ink);font-weight:600;
        text-decoration:none;cursor:pointer;line-height:1.25}
        .button:hover{border-color:var(--accent);background:var(--accent-soft);color:var(--ink)}
        .button.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
        .button.main:hover{box-shadow:0 0 0 3px var(--accent-soft),0 0 0 4px var(--accent)}
        .button.quiet{border-color:transparent;background:none}
        .button.quiet:hover{background:var(--accent-soft)}
        .notice{display:flex;gap:.75rem;padding:.875rem 1rem;border-radius:var(--radius);border:1px solid;--tone:var(--info);
        --wash:var(--info-soft);background:var(--wash);border-color:var(--tone)}
        .notice .icon,.notice-kind{color:var(--tone)}
        .notice>div{min-width:0}
        .notice-kind{font-weight:700}
        .notice-kind+div{margin-top:.125rem}
        .notice ul{padding-left:1.25rem}
        .notice a{color:inherit}
        .good{--tone:var(--good);--wash:var(--good-soft)}
        .warn{--tone:var(--warn);--wash:var(--warn-soft)}
        .bad{--tone:var(--bad);--wash:var(--bad-soft)}
        .info{--tone:var(--info);--wash:var(--info-soft)}
        .tag{display:inline-block;padding:.0625rem .5rem;border-radius:1rem;font-size:.75rem;font-weight:650;line-height:1.25rem;
        background:var(--wash,var(--accent-soft));color:var(--tone,var(--accent));border:1px solid;letter-spacing:0}
        .empty{display:flex;flex-direction:column;align-items:center;text-align:center;gap:.5rem;padding:2.5rem 1rem;
        border:1px dashed var(--edge);border-radius:var(--radius);color:var(--muted)}
        .empty p{margin:0;max-width:34rem}
        .empty-sign{width:3rem;height:3rem;color:var(--accent)}
        .square{width:12rem;height:12rem;border-radius:.25rem}
        .empty-title{color:var(--ink);font-weight:650;font-size:1.0625rem}
        .table{position:relative;overflow-x:auto;background:var(--surface);border:1px solid var(--line);border-radius:var(--radius);
        box-shadow:var(--shadow)}
        table{border-collapse:collapse;width:100%}
        caption{text-align:left;font-weight:650;padding:.875rem clamp(.625rem,2vw,1rem) .375rem}
        th,td{text-align:left;padding:.6875rem clamp(.625rem,2vw,1rem);vertical-align:baseline}
        thead th{font-size:.8125rem;color:var(--muted);font-weight:600;white-space:nowrap}
        tbody tr{border-top:1px solid var(--line)}
        tbody th{font-weight:600}
        th.number,td.number{text-align:right}
        .facts{display:grid;gap:.875rem 1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(14rem,100%),1fr))}
        .facts dt{font-size:.8125rem;color:var(--muted)}
        .facts dd{font-weight:550}
        .tabs ul{display:inline-flex;flex-wrap:wrap;gap:.25rem;padding:.25rem;background:var(--surface);
        border:1px solid var(--line);border-radius:.75rem}
        .tabs a{display:flex;align-items:center;min-height:2.75rem;padding:0 clamp(.625rem,3vw,1rem);border-radius:.5rem;color:inherit;
        text-decoration:none;font-weight:550}
        .tabs a:hover{background:var(--accent-soft)}
        .tabs [aria-current]{background:var(--accent);color:var(--on-accent);font-weight:650}
        .tabs [aria-current]:hover{background:var(--accent)}
        .pagination ul{display:flex;flex-wrap:wrap;gap:.625rem;justify-content:center}
        .problem-status{font-weight:650;color:var(--accent);margin-bottom:.25rem}
        .problem h1{margin-bottom:.75rem}
        .problem .actions{margin:1.25rem 0}
        article{padding-left:1rem;border-left:4px solid var(--accent)}
        article+article{margin-top:1.25rem}
        article time{display:block;font-size:.8125rem;color:var(--muted)}
        article h3{margin-top:.125rem;font-size:1.0625rem}
        .door{display:grid;gap:1.5rem;align-items:start}
        .door-side{display:grid;gap:1.25rem}
        .door .button.main{width:100%}
        .entrance{background:linear-gradient(var(--accent-soft),var(--ground) 24rem)}
        .entrance main{max-width:60rem}
        .stepper ul{list-style:none;padding:0;display:flex;gap:.5rem}
        .stepper .button{padding-inline:.75rem}
        @media(min-width:48rem){.card{padding:1.5rem}.door{grid-template:auto 1fr/minmax(0,1fr) minmax(0,25rem);gap:1.75rem 3rem}
        .door>.card{grid-area:1/2/3;padding:2rem}.door-head{padding-top:1rem}.door-side{grid-area:2/1}}
        @media(max-width:40rem){.stepper a>span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
        """
}
