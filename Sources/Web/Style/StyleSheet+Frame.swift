extension StyleSheet {
    static let frame = """
        .top{background:var(--band);color:var(--on-band)}
        .bar{display:flex;align-items:center;gap:.25rem .5rem;max-width:100rem;margin:0 auto;padding:.375rem .75rem;
        position:relative;min-height:3.5rem}
        .top ul,.bottom ul,.tabs ul,.jumps ul,.pagination ul{list-style:none;padding:0}
        .bar :focus-visible{outline-color:var(--on-band)}
        .panel :focus-visible{outline-color:var(--accent)}
        .brand{display:flex;align-items:center;gap:.625rem;min-height:2.75rem;margin-right:auto;color:inherit;
        text-decoration:none;line-height:1.15;min-width:0}
        .brand:hover .brand-name{text-decoration:underline}
        .mark{width:2.125rem;height:2.125rem;flex:none}
        .brand-name{display:block;font-weight:700;font-size:1.125rem;letter-spacing:-.01em}
        .brand-owner{display:block;font-size:.8125rem}
        .menu>summary{display:flex;align-items:center;gap:.5rem;min-height:2.75rem;min-width:2.75rem;padding:.25rem .75rem;
        border-radius:.6rem;cursor:pointer;list-style:none;font-weight:600;border:1px solid transparent}
        .menu>summary::-webkit-details-marker{display:none}
        .menu>summary:hover,.menu[open]>summary{border-color:currentcolor}
        .panel{position:absolute;z-index:5;top:calc(100% + .375rem);right:.75rem;width:min(20rem,calc(100vw - 1.5rem));
        background:var(--surface);color:var(--ink);border:1px solid var(--line);border-radius:var(--radius);
        box-shadow:0 8px 32px rgb(8 12 24/.24);padding:.5rem}
        .panel a,.panel li>span{display:flex;align-items:center;gap:.5rem;min-height:2.75rem;padding:.375rem .75rem;
        border-radius:.5rem;color:inherit;text-decoration:none}
        .panel a:hover{background:var(--accent-soft)}
        .panel [aria-current]{font-weight:650;color:var(--accent);background:var(--accent-soft)}
        .user-profile{padding:.5rem .75rem;border-bottom:1px solid var(--line);margin-bottom:.375rem;font-size:.9375rem}
        .panel form .button{width:100%}
        .avatar{display:grid;place-items:center;width:2rem;height:2rem;border-radius:50%;background:var(--on-band);
        color:var(--band);font-size:.8125rem;font-weight:700;flex:none}
        .user>summary{padding:.25rem .375rem}
        .user-name{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .languages ul{display:flex;gap:.125rem}
        .languages a,.languages span{display:flex;align-items:center;min-height:2.75rem;padding:0 .625rem;color:inherit;
        font-size:.9375rem}
        .languages [aria-current]{font-weight:700}
        .panel .languages{border-block:1px solid var(--line);margin-block:.375rem;padding-block:.25rem}
        .nav-bar{display:none;background:var(--surface);border-bottom:1px solid var(--line);color:var(--ink)}
        .badge{background:var(--bad);color:var(--surface);border-radius:1rem;font-size:.75rem;font-weight:700;line-height:1.25rem;
        min-width:1.25rem;padding:0 .375rem;text-align:center;margin-left:.375rem}
        .bottom{border-top:1px solid var(--line);color:var(--muted);font-size:.875rem}
        .bottom>div{max-width:100rem;margin:0 auto;padding:1rem;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;
        align-items:center;justify-content:space-between}
        .bottom ul{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin:0}
        .bottom a{display:inline-flex;align-items:center;min-height:2.75rem;color:inherit}
        @media(min-width:60rem){
        .bar{padding:.375rem 1.5rem}
        .bottom>div{padding:1rem 1.5rem}
        .panel{right:1.5rem}
        .nav-menu{display:none}
        .nav-bar{display:block}
        .nav-bar ul{display:flex;flex-wrap:wrap;max-width:100rem;margin:0 auto;padding:0 .75rem}
        .nav-bar a{display:flex;align-items:center;min-height:3rem;padding:0 .75rem;color:inherit;text-decoration:none;
        border-block:3px solid transparent;font-weight:550}
        .nav-bar a:hover{border-bottom-color:var(--line)}
        .nav-bar [aria-current]{border-bottom-color:var(--accent);color:var(--accent);font-weight:650}
        .user-name{position:static;width:auto;height:auto;clip-path:none}
        .user>summary{padding-right:.75rem}}
        @media(max-width:23rem){.brand-owner{display:none}.menu>summary{padding-inline:.375rem}}
        """
}
