package import Runtime
internal import YAML

/// `news.yaml`: what the territory says to everybody on its login page.
package struct NewsManifest: Sendable, Hashable {
    /// Tells one piece of news from another: changing it is publishing another one.
    package let title: Sentence
    package let text: Sentence
    /// From the morning of the first day to the evening of the last, in the territory's time zone.
    package let from: CivilDate
    package let until: CivilDate?
}

extension YAMLShape where Value == [NewsManifest] {
    static var news: YAMLShape {
        .keys("news (news)") { keys in
            guard let news = keys.required("news", .list(of: .newsItem, atMost: 50)) else { return nil }
            var titles: Set<String> = []
            for item in news where !titles.insert(item.title.french).inserted {
                keys.reject("news", "two news have the title “\(item.title.french)”")
            }
            return news
        }
    }
}

extension YAMLShape where Value == NewsManifest {
    fileprivate static var newsItem: YAMLShape {
        .keys("a piece of news (title, text, from, until)") { keys in
            let title = keys.required("title", .sentence(upTo: 150))
            let text = keys.required("text", .sentence(upTo: 4000))
            let from = keys.required("from", .date)
            let until = keys.optional("until", .date)
            guard let title, let text, let from else { return nil }
            if (title.english == nil) != (text.english == nil) {
                keys.reject("text", "expected title and text in the same languages")
            }
            if let until, until < from { keys.reject("until", "the last day, \(until), is before the first, \(from)") }
            return NewsManifest(title: title, text: text, from: from, until: until)
        }
    }
}
