package import HTTP

extension Call {
    /// A page in its frame, in the language of the call.
    package func page(_ page: Page, status: Status = .ok) -> Response {
        var response = Response.html(
            PageShell.render(
                page, frame: frame, language: language, here: here, hasErrors: status == .unprocessableContent),
            status: status)
        if page.sendsFiles { response.headers.set("Content-Security-Policy", SecurityHeaders.uploadPolicy) }
        return response
    }

    /// Path and query of this request, for links that come back here; the site's root when it was not a GET.
    package var here: Link {
        guard request.method == .get || request.method == .head else { return "/" }
        let target = request.path + (request.query.map { "?" + $0 } ?? "")
        return Link(localPath: target) ?? "/"
    }
}

extension Response {
    /// JSON of a value.
    package static func json(_ value: some JSONRepresentable, status: Status = .ok) -> Response {
        .json(JSONWriter.bytes(of: value), status: status)
    }

    /// JSON written on the spot.
    package static func json(status: Status = .ok, _ write: (inout JSONWriter) throws -> Void) rethrows -> Response {
        var writer = JSONWriter()
        try write(&writer)
        return .json(writer.bytes, status: status)
    }

    /// 303 to a page of this site: what follows a form that was done.
    package static func seeOther(_ link: Link) -> Response { .redirect(.seeOther, to: link.text) }
}
