extension StyleSheet {
    static let forms = """
        .form{display:grid;gap:1.125rem}
        .field label{font-weight:600;display:block}
        .hint{color:var(--muted);font-size:.9375rem}
        .optional{font-weight:400;color:var(--muted)}
        .field input:not([type=checkbox]),.field select,.field textarea{display:block;width:100%;min-height:2.75rem;
        padding:.5rem .75rem;margin-top:.375rem;background:var(--surface);border:1px solid var(--edge);border-radius:.6rem}
        .field textarea{resize:vertical}
        .field :focus-visible{outline-offset:0;border-color:var(--accent);border-radius:.6rem}
        .field [aria-invalid]{border:2px solid var(--bad)!important}
        .field-error{display:flex;gap:.375rem;margin-top:.375rem!important;color:var(--bad);font-weight:600;font-size:.9375rem}
        .box label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;font-weight:400}
        .box input{width:1.375rem;height:1.375rem;accent-color:var(--accent);flex:none;margin:0}
        .toolbar{display:flex;flex-wrap:wrap;gap:.625rem;align-items:center;justify-content:space-between}
        @media(min-width:48rem){.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:1rem}}
        """
}
