/// How many bytes an establishment may keep when `file_storage.quota` says nothing else: about 20 MB for each of a thousand
/// people.
package enum FileQuota {
    package static let standard = 20_000_000_000
}
