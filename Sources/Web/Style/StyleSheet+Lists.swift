extension StyleSheet {
    /// Lists, filters, dialogs, and the ways of moving about.
    static let lists = """
        .stack{display:grid;gap:.875rem}
        .card>*+*{margin-top:1rem}
        .card>h2+.small{margin-top:.125rem}
        .items,.lines,.columns,.contents ul,ul.actions{list-style:none;padding:0!important}
        .item{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:start;justify-content:space-between;padding:.875rem 0}
        .item+.item,.lines li+li{border-top:1px solid var(--line)}
        .item-body{flex:1 1 16rem;min-width:0}
        .item-title{font-weight:600}
        .item-title a{display:inline-block;min-height:1.5rem}
        .item .tag{vertical-align:.0625rem}
        .item-details{margin-top:.125rem!important;color:var(--muted);font-size:.9375rem}
        .item-content{margin-top:.5rem}
        .is-new .item-body{border-left:.25rem solid var(--accent);padding-left:.75rem}
        .lines li{padding:.625rem 0;display:block}
        .filters{display:grid;gap:.75rem;align-items:end}
        .filters .field{margin:0}
        .found{color:var(--muted);font-size:.9375rem}
        .breadcrumbs ol{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:0 .5rem;font-size:.9375rem}
        .breadcrumbs li{display:flex;align-items:center;gap:.5rem;min-width:0}
        .breadcrumbs li+li::before{content:"/";color:var(--muted)}
        .breadcrumbs a,.breadcrumbs span{display:inline-flex;align-items:center;min-height:2rem}
        .breadcrumbs span{color:var(--muted)}
        .contents ul{display:flex;flex-wrap:wrap;gap:.25rem .5rem}
        .contents a{display:flex;align-items:center;min-height:2.25rem;padding:0 .75rem;border:1px solid var(--line);
        border-radius:2rem;background:var(--surface);text-decoration:none;font-size:.9375rem}
        .contents a:hover{border-color:var(--accent);background:var(--accent-soft)}
        .disclosure{padding:0}
        .disclosure>summary,details.card>summary,details:not([class])>summary{cursor:pointer;font-weight:600;min-height:2.75rem;
        display:block;position:relative;list-style:none;padding:.625rem 0 .625rem 1.375rem}
        .disclosure>summary{padding:.75rem 1.125rem .75rem 2.375rem}
        .disclosure>summary::before,details.card>summary::before,details:not([class])>summary::before{content:"";width:.5rem;
        height:.5rem;border:solid;border-width:0 2px 2px 0;transform:rotate(-45deg);position:absolute;left:.125rem;top:1.125rem}
        .disclosure>summary::before{left:1.125rem;top:1.25rem}
        [open]>summary::before{transform:rotate(45deg)!important}
        summary::-webkit-details-marker{display:none}
        .disclosure>div{padding:0 1.125rem 1.125rem}
        .progress{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:center}
        progress{flex:1;min-width:8rem;height:.625rem;accent-color:var(--accent);appearance:none;border:1px solid var(--edge);
        border-radius:1rem;overflow:hidden;background:var(--surface)}
        progress::-webkit-progress-bar{background:var(--surface)}
        progress::-webkit-progress-value{background:var(--accent)}
        progress::-moz-progress-bar{background:var(--accent)}
        .asking{display:inline-block}
        .asking>button{display:none}
        @supports selector(:popover-open){.asking>a{display:none}.asking>button{display:inline-flex}}
        .dialog{max-width:min(32rem,calc(100vw - 2rem));width:100%;border:1px solid var(--line);border-radius:1rem;padding:1.5rem;
        background:var(--surface);color:var(--ink);box-shadow:0 24px 64px rgb(8 12 24/.4)}
        .dialog::backdrop{background:rgb(8 12 24/.55)}
        .dialog-body{margin:.75rem 0 1.25rem}
        .dialog .actions{justify-content:flex-end}
        .kept{padding:.75rem 1rem;border-left:.25rem solid var(--line);overflow-wrap:anywhere}
        .kept+.kept{margin-top:.75rem}
        .session-end{flex-basis:100%}
        .link{border:0;background:none;padding:0 .625rem;min-height:2.75rem;cursor:pointer;text-decoration:underline;
        text-underline-offset:.2em}
        .link:hover{text-decoration-thickness:2px}
        @media(min-width:48rem){.filters{grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))}
        .disclosure>summary{padding:.75rem 1.5rem .75rem 2.75rem}.disclosure>summary::before{left:1.5rem}.disclosure>div{padding:0 1.5rem 1.5rem}}
        """
}
