internal import HTTP
internal import Runtime
internal import Web

extension KeptForm {
    enum Offer: Equatable {
        /// Not a form of a page of this site, or one with secrets.
        case none
        case tooLong
        case form(KeptForm)
    }

    /// The form that this request sent, if it can be kept: posted by a page of this site, with the token of a session, without
    /// passwords and codes.
    static func of(_ call: Call) async -> Offer {
        guard call.route.surface == .page, call.request.method == .post, comesFromHere(call.request),
            let sent = await sent(call),
            let token = sent.fields.first(where: { $0.name == ForgeryTokens.field })?.value,
            ForgeryTokens.namesOwner(token), !sent.fields.contains(where: { isSecret($0.name) })
        else { return .none }
        let fields = sent.fields.filter { $0.name != ForgeryTokens.field }
        guard size(of: fields) <= longest else { return .tooLong }
        let action = call.request.path + (call.request.query.map { "?" + $0 } ?? "")
        guard Link(localPath: action) != nil else { return .none }
        var isMultipart = false
        if case .multipart = call.route.body { isMultipart = true }
        return .form(
            KeptForm(
                action: action, token: token, sentAt: call.now / 1_000_000, fields: fields, hadFiles: sent.hadFiles,
                isMultipart: isMultipart))
    }

    private static func size(of fields: [Form.Field]) -> Int {
        fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }

    /// What was sent, without files. A form that may have large ones is read up to the first: its fields come before.
    private static func sent(_ call: Call) async -> (fields: [Form.Field], hadFiles: Bool)? {
        switch call.route.body {
        case .form: return (try? await call.form()).map { ($0.fields, !$0.files.isEmpty) }
        case .multipart:
            guard let parts = try? await call.multipart() else { return nil }
            var fields: [Form.Field] = []
            while size(of: fields) <= longest + ForgeryTokens.longest, let part = try? await parts.next() {
                guard case .field(let field) = part else { return (fields, true) }
                fields.append(field)
            }
            return (fields, false)
        case .none, .json, .stream: return nil
        }
    }

    /// Browsers say where a form comes from; one that says nothing is not believed.
    private static func comesFromHere(_ request: Request) -> Bool {
        if let site = request.header("sec-fetch-site") { return site == "same-origin" }
        guard let origin = request.header("origin"), let host = request.header("host") else { return false }
        return origin == "https://" + host || origin == "http://" + host
    }

    private static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "code", "otp"].contains { name.contains($0) }
    }
}
