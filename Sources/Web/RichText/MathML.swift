/// Formulas as browsers and screen readers read them.
enum MathML {
    /// A formula with something that is not known here is shown as it was typed: legible, and copied as such.
    static func html(_ source: String, isDisplayed: Bool) -> HTML {
        var parser = TeX(source, isDisplayed: isDisplayed)
        guard let content = parser.parse() else { return "<code class=\"formula\">\(source)</code>" }
        let display: HTML = isDisplayed ? " display=\"block\"" : .empty
        return """
            <math xmlns="http://www.w3.org/1998/Math/MathML"\(display) alttext="\(source)"><mrow>\(content)</mrow></math>
            """
    }
}
