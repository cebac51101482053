internal import HTTP

extension Call {
    /// Whether this write carries a token made for `binding`, in the `X-CSRF-Token` header or in the form.
    /// - Throws: what reading the form throws.
    package func carriesToken(of tokens: ForgeryTokens, for binding: String) async throws(Problem) -> Bool {
        if let header = request.header(ForgeryTokens.header) { return tokens.verifies(header, for: binding) }
        guard case .form = route.body, let field = try await form()[ForgeryTokens.field] else { return false }
        return tokens.verifies(field, for: binding)
    }
}
