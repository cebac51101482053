internal import Cryptography
internal import Foundation
internal import Glibc
internal import HTTP
internal import Runtime
internal import Web

/// An identity provider of OpenID Connect for measurements: what stands where a region's portal stands when people come with a
/// ticket. It believes everybody: a code is the login and the nonce, made by the browser of a run. Loopback only.
enum IdentityProvider {
    private struct Service: Sendable {
        let issuer: String
        let clientID: String
        let authorization: String
        let key: PrivateKey

        func answer(_ request: Request) async -> Response {
            switch (request.method, request.path) {
            case (.get, "/.well-known/openid-configuration"):
                return .json(
                    JSON.object(
                        [
                            ("issuer", issuer), ("authorization_endpoint", issuer + "/authorize"),
                            ("token_endpoint", issuer + "/token"), ("jwks_uri", issuer + "/keys"),
                        ].map { JSON.Member($0.0, .string($0.1)) }
                    ).bytes)
            case (.get, "/keys"): return keys
            case (.post, "/token"): return await token(request)
            default: return .status(.notFound)
            }
        }

        /// Another key has another name: nodes keep the keys that they know.
        private var keyID: String {
            guard case .p256(let x, _) = key.publicNumbers else { return "load" }
            return Base64URL.encode(Array(x.prefix(12)))
        }

        private var keys: Response {
            guard case .p256(let x, let y) = key.publicNumbers else { return .status(.notFound) }
            let members: JSON = [
                "kty": "EC", "crv": "P-256", "kid": .string(keyID), "use": "sig", "alg": "ES256",
                "x": .string(Base64URL.encode(x)), "y": .string(Base64URL.encode(y)),
            ]
            return .json((["keys": [members]] as JSON).bytes)
        }

        private func token(_ request: Request) async -> Response {
            guard let given = request.header("authorization"), constantTimeEqual(given, authorization),
                let body = try? await request.body.collect(upTo: 16_384), let form = try? Form(urlEncoded: body),
                let code = form["code"].flatMap({ Base64URL.decode($0) })
            else { return .status(.badRequest) }
            let parts = String(decoding: code, as: UTF8.self).split(separator: " ")
            guard parts.count == 2 else { return .status(.badRequest) }
            let now = Int(WallClock.seconds)
            let claims: JSON = [
                "iss": .string(issuer), "aud": .string(clientID), "sub": .string("load:\(parts[0])"),
                "preferred_username": .string(String(parts[0])), "nonce": .string(String(parts[1])),
                "iat": .integer(now), "exp": .integer(now + 300),
            ]
            let head: JSON = ["alg": "ES256", "kid": .string(keyID), "typ": "JWT"]
            let input = Base64URL.encode(head.bytes) + "." + Base64URL.encode(claims.bytes)
            guard let signature = try? key.sign(Array(input.utf8)) else { return .status(.internalServerError) }
            let answer: JSON = [
                "token_type": "Bearer", "access_token": "none", "expires_in": 300,
                "id_token": .string(input + "." + Base64URL.encode(signature)),
            ]
            return .json(answer.bytes)
        }
    }

    static func run(_ arguments: inout Arguments) throws {
        let listen = try arguments.required("--listen")
        let clientID = try arguments.required("--client-id")
        let file = try arguments.required("--secret-file")
        try arguments.end()
        guard let place = IPv4Endpoint(origin: "http://" + listen), place.address >> 24 == 127 else {
            throw UsageError("--listen: expected 127.0.0.1:PORT; it believes everybody, so nobody else may reach it")
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let secret = text.split(separator: "\n").first
        else { throw LoadError.file(file, reason: "no secret in it") }
        let pair = "\(clientID.percentEncoded()):\(String(secret).percentEncoded())"
        let service = Service(
            issuer: "http://" + listen, clientID: clientID,
            authorization: "Basic " + Base64.encode(Array(pair.utf8)), key: try PrivateKey.generate(.es256))
        Signals.block([SIGINT, SIGTERM])
        let loop = try EventLoop(name: "provider")
        let address = listen.split(separator: ":").first.map(String.init) ?? "127.0.0.1"
        var configuration = HTTPServerConfiguration(address: address, port: place.port)
        configuration.limits.connectionsPerAddress = 10_000
        let server = try HTTPServer(
            loop: loop, configuration: configuration, metrics: Metrics(), log: Log("identity-provider")
        ) { await service.answer($0) }
        loop.execute {
            do {
                try server.start()
                try Signals.watch([SIGINT, SIGTERM], on: loop) { _ in loop.stop() }
                // Whoever waits for this line reads it from a pipe.
                FileHandle.standardOutput.write(Data("listening on \(listen)\n".utf8))
            } catch {
                Program.complain("identity-provider: \(error)")
                exit(1)
            }
        }
        loop.run()
    }
}
