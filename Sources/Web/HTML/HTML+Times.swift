extension HTML {
    /// `8 h 05 – 9 h`, as ``Language/timeRange(minutes:)``, without a string in between: a week has dozens.
    mutating func append(times: Range<Int>, _ language: Language) {
        append(time: times.lowerBound, language)
        appendBytes(language == .fr ? "\u{A0}–\u{A0}" : "–")
        append(time: times.upperBound, language)
    }

    private mutating func append(time minutes: Int, _ language: Language) {
        let (hour, minute) = (minutes / 60, minutes % 60)
        if language == .en, hour < 10 { appendBytes("0") }
        append(decimal: hour)
        appendBytes(language == .fr ? "\u{A0}h" : ":")
        if language == .fr {
            guard minute > 0 else { return }
            appendBytes("\u{A0}")
        }
        if minute < 10 { appendBytes("0") }
        append(decimal: minute)
    }
}
