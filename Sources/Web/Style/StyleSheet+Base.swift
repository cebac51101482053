extension StyleSheet {
    static let base = """
        *,::before,::after{box-sizing:border-box}
        html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
        -webkit-text-size-adjust:100%;scroll-padding-top:1rem}
        body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--ground);
        color:var(--ink);overflow-wrap:break-word}
        h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0}
        h1,h2,h3{line-height:1.2;font-weight:650;text-wrap:balance}
        h1{font-size:1.625rem;letter-spacing:-.015em}
        h2{font-size:1.1875rem}
        h3{font-size:1rem}
        p+p,p+ul,ul+p,p+ol,h2+p,h3+p{margin-top:.6rem}
        a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:1px}
        a:hover{text-decoration-thickness:2px}
        code{font:.9em/1.4 ui-monospace,"Cascadia Mono",Menlo,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        button,input,select,textarea{font:inherit;color:inherit}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.3rem}
        main:focus{outline:0}
        [hidden]{display:none!important}
        .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip{position:absolute;left:.5rem;top:-5rem;z-index:9;background:var(--surface);color:var(--ink);padding:.7rem 1rem;
        border-radius:0 0 .6rem .6rem}
        .skip:focus{top:0}
        .icon{width:1.375rem;height:1.375rem;flex:none}
        .muted{color:var(--muted)}
        .small{font-size:.875rem}
        .number{text-align:right;font-variant-numeric:tabular-nums}
        main{flex:1;width:100%;max-width:66rem;margin:0 auto;padding:1.25rem 1rem 3rem;display:flex;flex-direction:column;
        gap:1.25rem}
        main.narrow{max-width:34rem}
        main.wide{max-width:100rem}
        @media(min-width:48rem){main{padding:2rem 1.5rem 4rem;gap:1.5rem}h1{font-size:2rem}}
        @media(prefers-reduced-motion:no-preference){.button,.brand,summary,.nav-bar a,.lesson{transition:background-color .12s,
        border-color .12s,box-shadow .12s}}
        """
}
