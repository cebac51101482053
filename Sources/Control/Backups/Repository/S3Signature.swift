internal import Cryptography

/// Signs requests to S3-compatible stores (AWS Signature Version 4), as their documentation describes it.
package struct S3Signature: Sendable {
    private let accessKey: String
    private let secretKey: String
    private let region: String

    package init(accessKey: String, secretKey: String, region: String) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.region = region
    }

    /// - Parameters:
    ///   - path: begins with `/`; of letters, digits and `/._-` alone, which need no escapes.
    ///   - moment: `20261126T083000Z`.
    /// - Returns: the headers to send, `Host` aside.
    package func headers(
        _ method: String, host: String, path: String, body: [UInt8], moment: String
    ) -> [(name: String, value: String)] {
        let digest = Hex.encode(SHA256.hash(body))
        let signed = "host;x-amz-content-sha256;x-amz-date"
        let request = [
            method, path, "", "host:\(host)", "x-amz-content-sha256:\(digest)", "x-amz-date:\(moment)", "", signed,
            digest,
        ].joined(separator: "\n")
        let day = String(moment.prefix(8))
        let scope = "\(day)/\(region)/s3/aws4_request"
        let text = ["AWS4-HMAC-SHA256", moment, scope, Hex.encode(SHA256.hash(request))].joined(separator: "\n")
        var key = Array("AWS4\(secretKey)".utf8)
        for part in [day, region, "s3", "aws4_request"] { key = HMACKey(key).code(for: part) }
        let signature = Hex.encode(HMACKey(key).code(for: text))
        return [
            ("x-amz-content-sha256", digest), ("x-amz-date", moment),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(signed), Signature=\(signature)"
            ),
        ]
    }
}
