/// What the commands of TeX stand for.
enum TeXSymbols {
    static let letters: [String: String] = [
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
        "eta": "η",
        "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
        "pi": "π",
        "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ",
        "omega": "ω",
        "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
        "Psi": "Ψ",
        "Omega": "Ω", "infty": "∞", "emptyset": "∅", "varnothing": "∅", "ell": "ℓ", "hbar": "ℏ", "Re": "ℜ", "Im": "ℑ",
        "partial": "∂", "nabla": "∇", "degree": "°", "aleph": "ℵ",
    ]

    static let signs: [String: String] = [
        "times": "×", "cdot": "⋅", "div": "÷", "pm": "±", "mp": "∓", "ast": "∗", "circ": "∘", "bullet": "∙", "le": "≤",
        "leq": "≤", "leqslant": "⩽", "ge": "≥", "geq": "≥", "geqslant": "⩾", "ne": "≠", "neq": "≠", "approx": "≈",
        "simeq": "≃",
        "sim": "∼", "equiv": "≡", "cong": "≅", "propto": "∝", "lt": "<", "gt": ">", "ll": "≪", "gg": "≫", "in": "∈",
        "notin": "∉",
        "ni": "∋", "subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "cup": "∪", "cap": "∩",
        "setminus": "∖",
        "forall": "∀", "exists": "∃", "nexists": "∄", "neg": "¬", "lnot": "¬", "land": "∧", "wedge": "∧", "lor": "∨",
        "vee": "∨",
        "to": "→", "rightarrow": "→", "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftarrow": "⇐",
        "Leftrightarrow": "⇔", "iff": "⇔", "implies": "⇒", "longrightarrow": "⟶", "mapsto": "↦",
        "rightleftharpoons": "⇌",
        "uparrow": "↑", "downarrow": "↓", "ldots": "…", "dots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱",
        "prime": "′",
        "perp": "⊥", "parallel": "∥", "mid": "∣", "angle": "∠", "triangle": "△", "square": "□", "therefore": "∴",
        "because": "∵",
        "oplus": "⊕", "otimes": "⊗", "colon": ":", "lbrace": "{", "rbrace": "}", "langle": "⟨", "rangle": "⟩",
        "lvert": "|",
        "rvert": "|", "lVert": "‖", "rVert": "‖", "backslash": "\\",
    ]

    /// Signs that have limits above and below when a formula stands alone.
    static let large: [String: String] = [
        "sum": "∑", "prod": "∏", "int": "∫", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂",
    ]
    static let limits: Set<String> = ["lim", "max", "min", "sup", "inf"]
    static let functions: Set<String> = [
        "sin", "cos", "tan", "cot", "ln", "log", "exp", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "gcd",
        "pgcd",
        "ppcm", "det", "dim", "ker", "arg", "deg", "Card",
    ]

    static let spaces: [String: String] = [
        ",": "0.17em", ":": "0.22em", ";": "0.28em", "!": "-0.17em", " ": "0.33em", "quad": "1em", "qquad": "2em",
    ]
    static let escaped = "{}%$&#_|".unicodeScalars

    static let doubled: [String: String] = [
        "N": "ℕ", "Z": "ℤ", "D": "𝔻", "Q": "ℚ", "R": "ℝ", "C": "ℂ", "K": "𝕂", "P": "ℙ", "E": "𝔼", "U": "𝕌",
        "A": "𝒜", "B": "ℬ", "F": "ℱ", "L": "ℒ", "S": "𝒮", "V": "𝒱",
    ]

    static let accents: [String: (sign: String, stretches: Bool, isBelow: Bool)] = [
        "vec": ("→", false, false), "overrightarrow": ("→", true, false), "bar": ("¯", false, false),
        "overline": ("¯", true, false), "hat": ("^", false, false), "widehat": ("^", true, false),
        "tilde": ("~", false, false),
        "dot": ("˙", false, false), "ddot": ("¨", false, false), "underline": ("_", true, true),
        "underbrace": ("⏟", true, true),
    ]

    static let fences: [String: String] = [
        "lbrace": "{", "rbrace": "}", "langle": "⟨", "rangle": "⟩", "lvert": "|", "rvert": "|", "lVert": "‖",
        "rVert": "‖",
        "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    ]

    /// What stands at both ends; a point is nothing.
    static let environments: [String: (String, String)] = [
        "matrix": (".", "."), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "cases": ("{", "."),
        "aligned": (".", "."), "align": (".", "."), "array": (".", "."),
    ]
}
