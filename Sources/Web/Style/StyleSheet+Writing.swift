extension StyleSheet {
    /// What people write, and the files they join to it.
    static let writing = """
        .rich-text{overflow-wrap:anywhere}
        .rich-text>*+*{margin-top:.75rem}
        .rich-text ul,.rich-text ol{padding-left:1.5rem}
        .rich-text blockquote{margin:0;padding-left:1rem;border-left:4px solid var(--line);color:var(--muted)}
        .rich-text code{font-family:ui-monospace,monospace;font-size:.9375em;padding:.0625rem .25rem;border-radius:.25rem;
        background:var(--ground)}
        .rich-text pre{overflow-x:auto;padding:.75rem;border-radius:.6rem;background:var(--ground);border:1px solid var(--line)}
        .rich-text pre code{padding:0;background:none}
        .rich-text hr{border:0;border-top:1px solid var(--line)}
        .table-scroll{overflow-x:auto}
        .rich-text table{width:auto}
        .rich-text th,.rich-text td{border:1px solid var(--line);padding:.375rem .625rem}
        .rich-text .center{text-align:center}
        .rich-text .right{text-align:right}
        math[display=block]{overflow-x:auto;overflow-y:hidden;padding:.25rem 0}
        .preview{padding:1rem;border:1px dashed var(--edge);border-radius:var(--radius)}
        .preview>p:first-child{font-weight:600;margin-bottom:.5rem}
        .size{color:var(--muted);white-space:nowrap}
        .files{list-style:none;padding:0!important;display:grid;gap:.25rem}
        .files a{display:inline-flex;align-items:center;min-height:2.75rem;overflow-wrap:anywhere}
        .kept-files{border:0;padding:0;margin:0 0 .75rem}
        .kept-files legend{font-weight:600;padding:0}
        .kept-files ul{list-style:none;padding:0}
        .field .kept-files label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;font-weight:400;overflow-wrap:anywhere}
        .kept-files input{width:1.375rem;height:1.375rem;accent-color:var(--accent);flex:none;margin:0}
        .sending{list-style:none;padding:0;margin:0}
        .sending li{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:center;min-height:2.75rem}
        .sending .name{flex:1 1 12rem;overflow-wrap:anywhere}
        .sending .share{color:var(--muted);min-width:3.5rem;text-align:right;font-variant-numeric:tabular-nums}
        .sending .field-error{flex:1 1 100%;margin:0;order:1}
        .file-picker input[type=file]::file-selector-button{font:inherit;margin-right:.75rem;padding:.25rem .75rem;
        border:1px solid var(--edge);border-radius:.5rem;background:var(--surface);color:var(--ink);cursor:pointer}
        .writing-help{margin-top:.375rem;font-size:.9375rem}
        .writing-help summary{cursor:pointer;min-height:2rem;color:var(--accent)}
        .writing-help dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin-top:.375rem}
        """
}
