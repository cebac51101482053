/// One file of a folder of manifests, wherever it was read: on this machine, or where the operator's command runs.
package struct ManifestFile: Sendable, Hashable {
    /// From the folder of manifests on: `eure/rules.yaml`.
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}
