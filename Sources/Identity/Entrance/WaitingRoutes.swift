internal import Admission
internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// The waiting room: a page that loads itself again, and the same for programs.
struct WaitingRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var all: [Route] { [page, state] }

    private var page: Route {
        .page(
            .get, "/waiting", access: .everyone, tag: "Identity",
            summary: "The place of somebody who waits to sign in; loads itself again."
        ) { call in
            guard call.session == nil else { return .seeOther(ReturnPath.start) }
            guard let text = call.request.cookie(Ticket.cookieName), let answer = await service.entrance.ask(text)
            else {
                return noStore(.seeOther("/login"))
            }
            guard case .waiting(let wait) = answer else { return noStore(.seeOther("/login?ready=1")) }
            var response = call.page(WaitingPages(language: call.language).page(wait))
            response.headers.set("Retry-After", String(wait.pollAfter))
            return noStore(response)
        }
    }

    private var state: Route {
        .api(
            .get, "/api/v1/waiting", access: .everyone, tag: "Identity",
            summary: "Whether it is the caller's turn to sign in.",
            description:
                "Signing in answered preau.admission.waiting and set the cookie preau_ticket: ask here with it, not sooner than told, until the state is ready; then sign in again.",
            answers: [.json(WaitAnswer.schema, "How it stands.")]
        ) { call in
            guard let text = call.request.cookie(Ticket.cookieName), let answer = await service.entrance.ask(text)
            else {
                return noStore(.json(WaitAnswer(state: "none", wait: nil)))
            }
            guard case .waiting(let wait) = answer else { return noStore(.json(WaitAnswer(state: "ready", wait: nil))) }
            var response = Response.json(WaitAnswer(state: "waiting", wait: wait))
            response.headers.set("Retry-After", String(wait.pollAfter))
            return noStore(response)
        }
    }
}

/// How somebody's wait stands.
struct WaitAnswer: JSONRepresentable {
    let state: String
    let wait: Wait?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("state", state)
            writer.field("position", wait?.ahead.map { $0 + 1 })
            writer.field("estimated_seconds", wait?.seconds)
            writer.field("poll_after_seconds", wait?.pollAfter)
        }
    }

    static let schema = Schema.named(
        "Waiting",
        .object([
            .required("state", .enumeration(["none", "waiting", "ready"]), "none: without a ticket; sign in."),
            .required("position", .nullable(.integer()), "1 is next; null while it is not known."),
            .required("estimated_seconds", .nullable(.integer())),
            .required("poll_after_seconds", .nullable(.integer()), "Not sooner, and one ticket at a time."),
        ]))
}
