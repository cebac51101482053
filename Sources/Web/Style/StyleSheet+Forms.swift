extension StyleSheet {
    static let forms = """
        .form{display:grid;gap:1.125rem}
        .field label{font-weight:600;display:block}
        .hint{color:var(--muted);font-size:.9375rem}
        .optional{font-weight:400;color:var(--muted)}
        .field input:not([type=checkbox],[type=radio]),.field select,.field textarea{display:block;width:100%;min-height:2.75rem;
        padding:.5rem .75rem;margin-top:.375rem;background:var(--surface);border:1px solid var(--edge);border-radius:.6rem}
        .field textarea{resize:vertical}
        .field :focus-visible{outline-offset:0;border-color:var(--accent);border-radius:.6rem}
        .field [aria-invalid]{border:2px solid var(--bad)!important}
        .field-error{display:flex;gap:.375rem;margin-top:.375rem!important;color:var(--bad);font-weight:600;font-size:.9375rem}
        .box label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;font-weight:400}
        .box input{width:1.375rem;height:1.375rem;accent-color:var(--accent);flex:none;margin:0}
        .choices{border:1px solid var(--line);border-radius:.75rem;padding:.75rem 1rem 1rem;margin:0;min-width:0}
        .choices legend{font-weight:600;padding:0 .375rem;margin-left:-.375rem}
        .choices.is-wrong{border:2px solid var(--bad)}
        .choices-row{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
        .choices-columns,.columns{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(11rem,100%),1fr));gap:0 1rem}
        .columns>li>a{display:inline-flex;align-items:center;min-height:2.5rem}
        .choice,.columns label{display:flex!important;gap:.625rem;align-items:center;min-height:2.5rem;font-weight:400!important;
        cursor:pointer}
        .choice input,.columns input,.choice span{margin:0!important}
        .field .choice input,.choice input,.columns input{width:1.25rem!important;height:1.25rem;min-height:0!important;flex:none;
        accent-color:var(--accent);padding:0!important}
        input[type=file]::file-selector-button{margin-right:.75rem;border:1px solid var(--edge);border-radius:.45rem;
        background:var(--accent-soft);color:var(--ink);padding:.25rem .75rem;font:inherit;font-weight:600}
        .summary:focus{outline:3px solid var(--bad);outline-offset:2px;border-radius:var(--radius)}
        .toolbar{display:flex;flex-wrap:wrap;gap:.625rem;align-items:center;justify-content:space-between}
        .row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(10rem,100%),1fr));gap:1.125rem 1rem}
        """
}
