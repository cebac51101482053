package import HTTP
internal import Runtime

/// One request on its way through the middleware to its handler. Confined to the loop of its request.
package final class Call: @unchecked Sendable {
    // Safety: created, used and released on the loop of its request, by the one task that serves it.

    package let request: Request
    package let route: Route
    package let path: PathValues
    /// The declared items of the query.
    package let query: QueryValues
    /// Microseconds since 1970, read once: everything a request says about time agrees.
    package let now: Int64
    /// From the cookie of the language switch, else from `Accept-Language`; a layer above may prefer the account's.
    package var language: Language
    /// What the frame of a page shows; filled by the layers that know the territory and the person, see ``dressing(_:)``.
    package var frame: PageFrame {
        get { dressedFrame }
        _modify { yield &dressedFrame }
    }

    private lazy var dressedFrame = dressed()
    private var dressers: [(Call, inout PageFrame) -> Void] = []
    private var isDressed = false
    private var kept: [(key: ObjectIdentifier, value: AnyObject)] = []
    private var readForm: Form?
    private var readJSON: JSON?
    private var openMultipart: MultipartStream?

    /// - Throws: `invalidParameter` or `malformedRequest` for a query that does not fit the route's declaration.
    package init(_ request: Request, route: Route, path: PathValues) throws(Problem) {
        self.request = request
        self.route = route
        self.path = path
        now = WallClock.microseconds
        language = Call.language(of: request)
        query = try QueryValues(request.query, declared: route.query, emptyIsAbsent: route.surface != .api)
    }

    /// For a request that no query could be read of: enough to answer it with a problem.
    init(unreadable request: Request, route: Route) {
        self.request = request
        self.route = route
        path = PathValues(declared: [], names: [], values: [])
        now = WallClock.microseconds
        language = Call.language(of: request)
        query = QueryValues()
    }

    package subscript<Key: CallKey>(_ key: Key.Type) -> Key.Value? {
        get {
            // The key decides the type: only the setter puts a value under it.
            for (known, value) in kept where known == ObjectIdentifier(key) {
                return unsafeDowncast(value, to: Kept<Key.Value>.self).value
            }
            return nil
        }
        set {
            kept.removeAll { $0.key == ObjectIdentifier(key) }
            if let newValue { kept.append((ObjectIdentifier(key), Kept(newValue))) }
        }
    }

    /// One value, read a dozen times a request: what an existential holds would be copied out of it by the runtime.
    private final class Kept<Value> {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    // MARK: Frame

    /// Fills the frame of the page, if the answer comes to be one: half of what is asked for leads elsewhere, and looks at no
    /// frame.
    /// - Parameter dresser: is given this call rather than keeping it, which would keep the call for ever.
    package func dressing(_ dresser: @escaping (_ call: Call, _ frame: inout PageFrame) -> Void) {
        guard !isDressed else { return dresser(self, &dressedFrame) }
        dressers.append(dresser)
    }

    private func dressed() -> PageFrame {
        isDressed = true
        var frame = PageFrame()
        for dresser in dressers { dresser(self, &frame) }
        dressers = []
        return frame
    }

    // MARK: Body

    /// The form sent, urlencoded or multipart, within the limits that the route declares; read once, whoever asks.
    /// - Throws: `unsupportedMediaType`, `bodyTooLarge`, `bodyTimedOut`, `malformedRequest`.
    package func form() async throws(Problem) -> Form {
        if let readForm { return readForm }
        guard case .form(_, let limits) = route.body else { throw Problem(.internalError) }
        let type = HeaderValue(request.header("content-type") ?? "")
        let form: Form
        do {
            switch type.value {
            case "application/x-www-form-urlencoded":
                form = try Form(urlEncoded: try await bytes(upTo: limits.bytes), limits: limits)
            case "multipart/form-data":
                var parser = try MultipartParser(
                    try await bytes(upTo: limits.bytes), boundary: type["boundary"] ?? "", limits: limits)
                form = try parser.parse()
            default: throw Call.unsupported(route.body.mediaTypes)
            }
        } catch let error as any ProblemConvertible {
            throw error.problem
        } catch {
            throw Problem(.internalError)
        }
        readForm = form
        return form
    }

    /// The form sent with its files, to be read as it comes; the same one, whoever asks.
    /// - Throws: `unsupportedMediaType`, `bodyTooLarge` (at once when the client says how much it sends), `malformedRequest`.
    package func multipart() async throws(Problem) -> MultipartStream {
        if let openMultipart { return openMultipart }
        guard case .multipart(_, let limit) = route.body else { throw Problem(.internalError) }
        let type = HeaderValue(request.header("content-type") ?? "")
        guard type.value == "multipart/form-data" else { throw Call.unsupported(route.body.mediaTypes) }
        var limits = FormLimits()
        limits.bytes = limit
        limits.valueBytes = max(limits.valueBytes, route.body.longestValue)
        let stream = try MultipartStream(request.body, boundary: type["boundary"] ?? "", limits: limits)
        openMultipart = stream
        return stream
    }

    /// The JSON body, checked against the schema that the route declares; read once, whoever asks.
    /// - Throws: `unsupportedMediaType`, `bodyTooLarge`, `bodyTimedOut`, `malformedRequest` with the place of the fault,
    ///   `invalidBody` with a pointer to each member that does not fit.
    package func json() async throws(Problem) -> JSON {
        if let readJSON { return readJSON }
        guard case .json(let schema, let limit) = route.body else { throw Problem(.internalError) }
        let type = HeaderValue(request.header("content-type") ?? "")
        guard type.value == "application/json", ["utf-8", nil].contains(type["charset"]?.lowercased()) else {
            throw Call.unsupported(route.body.mediaTypes)
        }
        var parser = JSONParser(try await bytes(upTo: limit))
        let value: JSON
        do {
            value = try parser.parse()
        } catch {
            throw error.problem
        }
        let violations = schema.violations(in: value)
        guard violations.isEmpty else {
            throw Problem(.invalidBody, errors: violations.map { Problem.Detail(.pointer($0.pointer), $0.reason) })
        }
        readJSON = value
        return value
    }

    /// The JSON body as a type.
    package func jsonBody<Value: Decodable>(as type: Value.Type) async throws(Problem) -> Value {
        let value = try await json()
        do {
            return try value.decode(type)
        } catch {
            throw Problem(.invalidBody, errors: [Problem.Detail(.pointer(error.pointer), error.reason)])
        }
    }

    private func bytes(upTo limit: Int) async throws(Problem) -> [UInt8] {
        do {
            return try await request.body.collect(upTo: limit)
        } catch {
            throw error.problem
        }
    }

    private static func unsupported(_ types: [String]) -> Problem {
        Problem(.unsupportedMediaType).adding(header: "Accept", types.joined(separator: ", "))
    }

    // MARK: Language

    /// The cookie that the language switch sets.
    package static let languageCookie = "preau_language"

    private static func language(of request: Request) -> Language {
        if let chosen = request.cookie(languageCookie).flatMap(Language.init(rawValue:)) { return chosen }
        return .preferred(request.header("accept-language"))
    }
}
