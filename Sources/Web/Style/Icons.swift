/// The signs, drawn here: strokes on a 24 by 24 grid that take the colour of their text.
enum Icons {
    /// A roof over a courtyard: the préau of a school.
    private static let roof =
        "<path d=\"M2.5 10.5 12 4l9.5 6.5\"/><path d=\"M5.5 9v11M18.5 9v11M3 20h18\"/>"

    static let sprite = """
        <svg xmlns="http://www.w3.org/2000/svg">\
        \(symbol("mark", roof))\
        \(symbol("menu", "<path d=\"M4 7h16M4 12h16M4 17h16\"/>"))\
        \(symbol("info", "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M12 11v5M12 7.5v.5\"/>"))\
        \(symbol("good", "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"m8 12.5 2.7 2.7L16 9.5\"/>"))\
        \(symbol("warn", "<path d=\"M12 3.5 22 20.5H2z\"/><path d=\"M12 10v5M12 17.5v.5\"/>"))\
        \(symbol("bad", "<path d=\"M8 3h8l5 5v8l-5 5H8l-5-5V8z\"/><path d=\"M12 7.5V13M12 16v.5\"/>"))\
        \(symbol("empty", "<path d=\"M3.5 13.5 6.5 5h11l3 8.5V19h-17z\"/><path d=\"M3.5 13.5h5l1.5 2.5h4l1.5-2.5h5\"/>"))\
        \(symbol("left", "<path d=\"m14.5 5-7 7 7 7\"/>"))\
        \(symbol("right", "<path d=\"m9.5 5 7 7-7 7\"/>"))\
        \(symbol("print", "<path d=\"M7 8V3.5h10V8M7 17H4V8h16v9h-3\"/><path d=\"M7 14h10v6.5H7z\"/>"))\
        \(symbol("calendar", "<rect x=\"3.5\" y=\"5\" width=\"17\" height=\"15\" rx=\"2.5\"/><path d=\"M3.5 10h17M8 3v4M16 3v4\"/>"))\
        </svg>
        """

    static let mark = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#2a4fa8"/>\
        <g fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" \
        transform="translate(2.4 2.2) scale(.8)">\(roof)</g></svg>
        """

    private static func symbol(_ name: String, _ paths: String) -> String {
        """
        <symbol id="\(name)" viewBox="0 0 24 24"><g fill="none" stroke="currentColor" stroke-width="1.9" \
        stroke-linecap="round" stroke-linejoin="round">\(paths)</g></symbol>
        """
    }
}
