import Foundation
import Testing

@testable import Web

/// Writes the preview to the folder `PREAU_PREVIEW` names, to be looked at in a browser.
@Suite struct PreviewTests {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PREAU_PREVIEW"] != nil))
    func writesPages() throws {
        let folder = URL(fileURLWithPath: ProcessInfo.processInfo.environment["PREAU_PREVIEW"] ?? "")
        let assets = folder.appendingPathComponent("assets")
        try FileManager.default.createDirectory(at: assets, withIntermediateDirectories: true)
        for language in Language.allCases {
            for (name, page, isSignedIn) in PreviewPages.all(language) {
                var frame = PreviewPages.frame()
                if !isSignedIn { frame.person = nil }
                let here: Link = "/\(name)"
                let bytes = PageShell.render(page, frame: frame, language: language, here: here)
                let file = name + (language == .fr ? "" : "-en") + ".html"
                try Data(bytes).write(to: folder.appendingPathComponent(file))
            }
        }
        let files: [(Link, [UInt8])] = [
            (Assets.styleSheet, StyleSheet.bytes), (Assets.icons, Array(Icons.sprite.utf8)),
            (Assets.mark, Array(Icons.mark.utf8)),
        ]
        for (link, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(link.text)) }
        let theme = try #require(PreviewPages.theme)
        try Data(theme.styleSheet).write(to: folder.appendingPathComponent(theme.link.text))
    }
}
