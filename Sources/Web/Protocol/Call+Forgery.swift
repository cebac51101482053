internal import HTTP

extension Call {
    /// Whether this write carries a token made for `binding`, in the `X-CSRF-Token` header or in the form.
    /// - Throws: what reading the form throws.
    package func carriesToken(of tokens: ForgeryTokens, for binding: String) async throws(Problem) -> Bool {
        if let header = request.header(ForgeryTokens.header) { return tokens.verifies(header, for: binding) }
        switch route.body {
        case .form: return try await form()[ForgeryTokens.field].map { tokens.verifies($0, for: binding) } ?? false
        case .multipart:
            guard request.header("content-type").map(HeaderValue.init)?.value == "multipart/form-data" else {
                return false
            }
            // Before any file is taken: a form without its token at the head is read no further.
            let form = try await multipart()
            guard let first = try await form.next() else { return false }
            form.putBack(first)
            guard case .field(let field) = first, field.name == ForgeryTokens.field else { return false }
            return tokens.verifies(field.value, for: binding)
        case .none, .json, .stream: return false
        }
    }
}
