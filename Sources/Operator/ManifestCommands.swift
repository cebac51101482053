internal import Control
internal import Foundation

/// `plan` and `apply`.
enum ManifestCommands {
    static let all = [
        Command(
            words: ["plan"], usage: "DIR",
            summary: "Shows what applying the manifests of DIR would change; changes nothing."
        ) { words, client in try await send("plan", &words, client) },
        Command(words: ["apply"], usage: "DIR", summary: "Makes the platform what the manifests of DIR say.") {
            words, client in try await send("apply", &words, client)
        },
    ]

    private struct Answer: Decodable {
        let text: String
    }

    private struct Body: Encodable {
        struct File: Encodable {
            let path: String
            let content: String
        }

        let files: [File]
    }

    private static func send(_ verb: String, _ words: inout Words, _ client: AdminClient) async throws -> Output {
        let folder = try words.word("the folder of manifests")
        try words.end()
        let files: [ManifestFile]
        do {
            files = try ManifestFolder.read(folder)
        } catch {
            throw OperatorError.unreadable("\(error)")
        }
        guard !files.isEmpty else { throw OperatorError.unreadable("\(folder): no territory's folder in it") }
        let body = try files.map { file in
            guard let content = String(validating: file.bytes, as: UTF8.self) else {
                throw OperatorError.unreadable("\(folder)/\(file.path): not UTF-8 text")
            }
            return Body.File(path: file.path, content: content)
        }
        let data = try await client.send(
            "POST", "/api/v1/manifests/\(verb)", body: JSONEncoder().encode(Body(files: body)))
        return Output(text: try JSONDecoder().decode(Answer.self, from: data).text, json: data)
    }
}
