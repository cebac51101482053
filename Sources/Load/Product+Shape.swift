package import YAML

extension Product {
    /// The shape of an adapter file, such as `Infra/load/preau.yaml`.
    package static var shape: YAMLShape<Product> {
        .keys("an adapter (product, session_cookie, pages, sign_in, …)") { keys in
            let name = keys.required("product", .line())
            let cookie = keys.required("session_cookie", .line())
            let pages = keys.required("pages", .list(of: step, atLeast: 1, atMost: 200))
            let ways = keys.required(
                "sign_in", .table(key: .line(upTo: 40), of: .list(of: step, atLeast: 1, atMost: 20)))
            let out = keys.optional("sign_out", .list(of: step, atMost: 20)) ?? []
            let assets = keys.optional("assets", .list(of: find, atMost: 20)) ?? []
            let refusals = keys.optional("refuse", .list(of: refusal, atMost: 50)) ?? []
            guard let name, let cookie, let pages, let ways else { return nil }
            var byName: [String: Step] = [:]
            for page in pages where byName.updateValue(page, forKey: page.name) != nil {
                keys.reject("pages", "two pages are called “\(page.name)”")
            }
            return Product(
                name: name, pages: byName,
                ways: Dictionary(ways.map { ($0.key.value, $0.value) }, uniquingKeysWith: { first, _ in first }),
                signOut: out, assets: assets, refusals: refusals, sessionCookie: cookie)
        }
    }

    private static var template: YAMLShape<Template> {
        YAMLShape<String>.text(upTo: 4000).map("a text, with places such as {login}") { Template($0) }
    }

    private static var bytes: YAMLShape<[UInt8]> { YAMLShape<String>.text(upTo: 1000).map { Array($0.utf8) } }

    private static var named: YAMLShape<[(name: String, value: Template)]> {
        YAMLShape.table(key: .line(upTo: 100), of: template).map { rows in
            rows.map { (name: $0.key.value, value: $0.value) }
        }
    }

    private static var step: YAMLShape<Step> {
        .keys("a request (name, get or post, …)") { keys in
            let name = keys.required("name", .line(upTo: 40))
            let get = keys.optional("get", template)
            let post = keys.optional("post", template)
            let delete = keys.optional("delete", template)
            let paths = [("GET", get), ("POST", post), ("DELETE", delete)].compactMap { method, path in
                path.map { (method, $0) }
            }
            let form = keys.optional("form", named)
            let text = keys.optional("body", template)
            let type = keys.optional("content_type", .line(), default: "application/json")
            let headers = keys.optional("headers", named) ?? []
            let status = keys.optional("status", .integer(100...599), default: 200)
            let location = keys.optional("location", .line(upTo: 1000))
            let make = keys.optional("make", named) ?? []
            let finds = keys.optional("find", .list(of: find, atMost: 20)) ?? []
            let expect = keys.optional("expect", .list(of: expectation, atMost: 20)) ?? []
            guard let name else { return nil }
            guard let (method, path) = paths.first, paths.count == 1 else {
                keys.reject("name", "one of get, post, delete is needed")
                return nil
            }
            return Step(
                name: name, method: method, path: path, headers: headers,
                body: form.map { .form($0) } ?? text.map { .text(type: type, $0) }, status: status, location: location,
                make: make, find: finds, expect: expect)
        }
    }

    private static var find: YAMLShape<Find> {
        .keys("a value to find (name, in, after, before)") { keys in
            let name = keys.required("name", .line(upTo: 40))
            let place = keys.optional(
                "in", YAMLShape<Find.Place>.oneOf(["body": .body, "location": .location]), default: .body)
            let after = keys.required("after", bytes)
            let before = keys.required("before", bytes)
            guard let name, let after, let before else { return nil }
            return Find(name: name, place: place, after: after, before: before)
        }
    }

    private static var expectation: YAMLShape<Expectation> {
        .keys("an expectation (what, text)") { keys in
            let what = keys.required("what", .line(upTo: 40))
            let text = keys.required("text", template)
            let writing = keys.optional(
                "as", YAMLShape<Template.Writing>.oneOf(["page": .page, "json": .json, "plain": .plain]), default: .page
            )
            guard let what, let text else { return nil }
            return Expectation(what: what, text: text, writing: writing)
        }
    }

    private static var refusal: YAMLShape<Refusal> {
        .keys("a refusal (what, text)") { keys in
            let what = keys.required("what", .line(upTo: 40))
            let text = keys.required("text", bytes)
            guard let what, let text else { return nil }
            return Refusal(what: what, text: text)
        }
    }
}
