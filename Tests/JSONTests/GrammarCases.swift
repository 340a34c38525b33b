import JSON

enum GrammarCases {
    static let accepted: [String] = [
        // Arrays.
        "[[]   ]", "[]", #"[""]"#, #"["a"]"#, "[false]", #"[null, 1, "1", {}]"#, "[null]",
        "[1\n]", " [1]", "[1,null,null,null,2]", "[2] ",
        // Numbers.
        "[123e65]", "[0e+1]", "[0e1]", "[ 4]", "[-1]", "[-123]", "[20e1]", "[123]",
        "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
        "[1E22]", "[1E-2]", "[1E+2]", "[123e45]", "[123.456e78]", "[1e-2]", "[1e+2]",
        "[123.456789]", "[-0.0]", "0", "-1", "0.5",
        // Objects.
        #"{"asd":"sdf", "dfg":"fgh"}"#, #"{"asd":"sdf"}"#, "{}", #"{"":0}"#,
        #"{"foo\u0000bar": 42}"#,
        #"{ "min": -1.0e+28, "max": 1.0e+28 }"#, #"{"a":[]}"#, "{\"a\": \"b\"\n}",
        #"{"title":"\u041f\u043e\u043b\u0442\u043e\u0440\u0430 \u0417"}"#,
        // Strings.
        #"["\u0060\u012a\u12AB"]"#, #"["\uD801\udc37"]"#, #"["\ud83d\ude39\ud83d\udc8d"]"#,
        #"["\"\\\/\b\f\n\r\t"]"#, #"["\\u0000"]"#, #"["\""]"#, "[\"a/*b*/c/*d//e\"]", #"["\\a"]"#,
        #"["\\n"]"#, #"["\u0012"]"#, #"["\uFFFF"]"#, #"["asd"]"#, #"[ "asd"]"#,
        #"["\uDBFF\uDFFF"]"#,
        #"["new\u00A0line"]"#, "[\"\u{10FFFF}\"]", "[\"\u{FFFF}\"]", #"["\u0000"]"#, #"["\u002c"]"#,
        "[\"π\"]", "[\"\u{1BFFF}\"]", "[\"asd \"]", #"" ""#, #"["\uD834\uDd1e"]"#, #"["\u0821"]"#,
        "[\"\u{2028}\"]", "[\"\u{2029}\"]", #"["\u0061\u30af\u30EA\u30b9"]"#, "[\"\u{7F}\"]",
        #"["\uA66D"]"#, #"["\u005C"]"#, "[\"⍂㈴⍂\"]",
        #"["\uDBFF\uDFFE"]"#, #"["\uD83F\uDFFE"]"#, #"["\u200B"]"#, #"["\u2064"]"#, #"["\uFDD0"]"#,
        #"["\uFFFE"]"#, #"["\u0022"]"#, "[\"€𝄞\"]", "[\"a\u{7F}a\"]",
        // Alone, and with white space.
        "false", "42", "-0.1", "null", #""asd""#, "true", #""""#, "[\"a\"]\n", "[true]", " [] ",
        "\t\r\n 1\r\n",
    ]

    static let refused: [String] = [
        // Arrays.
        "[1 true]", #"["": 1]"#, #"[""],"#, "[,1]", "[1,,2]", #"["x",,]"#, #"["x"]]"#, #"["",]"#,
        #"["x""#,
        "[x", "[3[4]]", "[1:2]", "[,]", "[-]", #"[   , ""]"#, "[\"a\",\n4\n,1,", "[1,]", "[1,,]",
        "[\"\u{B}a\"\\f]", "[*]", #"[""#, "[1,", "[1,\n1\n,1", "[{}", "[fals]", "[nul]", "[tru]",
        // Numbers.
        "[++1234]", "[+1]", "[+Inf]", "[-01]", "[-1.0.]", "[-2.]", "[-NaN]", "[.-1]", "[.2e-3]",
        "[0.1.2]",
        "[0.3e+]", "[0.3e]", "[0.e1]", "[0E+]", "[0E]", "[0e+]", "[0e]", "[1.0e+]", "[1.0e-]",
        "[1.0e]",
        "[1 000.0]", "[1_000]", "[1eE2]", "[2.e+3]", "[2.e-3]", "[2.e3]", "[9.e+]", "[Inf]",
        "[NaN]", "[１]",
        "[1+2]", "[0x1]", "[0x42]", "[Infinity]", "[0e+-1]", "[-123.123foo]", "[-Infinity]",
        "[-foo]",
        "[- 1]", "[-012]", "[-.123]", "[-1x]", "[1ea]", "[1.]", "[.123]", "[1.2a-3]",
        "[1.8011670033376514H-308]", "[012]", "-", "1e", "00", "-00",
        // Objects.
        #"["x", truth]"#, #"{[: "x"}"#, #"{"x", null}"#, #"{"x"::"b"}"#, "{🇨🇭}", #"{"a":"a" 123}"#,
        "{key: 'value'}", #"{"a" b}"#, #"{:"b"}"#, #"{"a" "b"}"#, #"{"a":"#, #"{"a""#, "{1:1}",
        "{9999E9999:1}",
        "{null:null,null:null}", #"{"id":0,,,,,}"#, "{'a':0}", #"{"id":0,}"#, #"{"a":"b"}/**/"#,
        #"{"a":"b"}/**//"#, #"{"a":"b"}//"#, #"{"a":"b"}/"#, #"{"a":"b",,"c":"d"}"#, #"{a: "b"}"#,
        #"{"a":"a"#,
        #"{ "foo" : "bar", "a" }"#, #"{"a":"b"}#"#, " ",
        // Strings.
        #"["\uD800\"]"#, #"["\uD800\u"]"#, #"["\uD800\u1"]"#, #"["\uD800\u1x"]"#, "[é]",
        "[\"\\\u{0}\"]",
        #"["\x00"]"#, #"["\\\"]"#, "[\"\\\t\"]", "[\"\\🌀\"]", #"["\"]"#, #"["\u00A"]"#,
        #"["\uD834\uDd"]"#,
        #"["\uD800\uD800\x"]"#, #"["\a"]"#, #"["\uqqqq"]"#, #"["\u１２３４"]"#, #"[\u0020"asd"]"#,
        #"[\n]"#,
        #"""#, "['single quote']", "abc", #"["\"#, "[\"a\u{0}a\"]", "[\"new\nline\"]", "[\"\t\"]",
        #""\UA66D""#, #"""x"#, "[\"\u{1F}\"]",
        // Structure.
        "", "\u{2060}", "\u{FEFF}", "<.>", "[<null>]", "[1]x", "[1]]", #"["asd]"#, "aå", "[True]",
        "1]", #"{"x": true,"#,
        "[][]", "]", "[", "[\u{0}]", "2@", "{}}", #"{"":"#, #"{"a":/*comment*/"b"}"#,
        #"{"a": true} "x""#, "['",
        "[,", "[{", #"["a"#, #"["a""#, "{", "{]", "{,", "{[", "{'", "{'a'", #"{"a"#, #"{"a":"a"}}"#,
        #"["\{["\{["\{["\{"#,
        "é", "*", #"{"a":"b"}#{}"#, #"[\u000A""]"#, "[1", "[ false, nul", "[ true, fals",
        "[ false, tru",
        #"{"asd":"asd""#, "å", "[\u{2060}]", "[\u{C}]", "TRUE", "nulL", "[1]\u{A0}", "123\u{0}",
    ]

    static let refusedBytes: [[UInt8]] = [
        Array("[a".utf8) + [0xE5] + Array("]".utf8),
        [0x5B, 0xFF, 0x5D],
        Array("[123".utf8) + [0xE5] + Array("]".utf8),
        Array("[1e1".utf8) + [0xE5] + Array("]".utf8),
        Array("[0".utf8) + [0xE5] + Array("]\n".utf8),
        Array("[1e".utf8) + [0xE5] + Array("]".utf8),
        Array(#"{""#.utf8) + [0xB9] + Array(#"":"0",}"#.utf8),
        Array(#"["\u"#.utf8) + [0xE5] + Array(#""]"#.utf8),
        Array(#"["\"#.utf8) + [0xE5] + Array(#""]"#.utf8),
        [0xE5],
        [0xEF, 0xBB],
        // Left open, and refused: what is no UTF-8 cannot be handed on.
        [0xEF, 0xBB, 0xBF, 0x7B, 0x7D],
        string([0xE6, 0x97, 0xA5, 0xD1, 0x88, 0xFA]),
        string([0xED, 0xA0, 0x80]),
        string([0xFF]),
        string([0xE9]),
        string([0x81]),
        string([0xF4, 0xBF, 0xBF, 0xBF]),
        string([0xC0, 0xAF]),
        string([0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF]),
        string([0xFC, 0x80, 0x80, 0x80, 0x80, 0x80]),
        string([0xE0, 0xFF]),
        [0xFF, 0xFE, 0x5B, 0x00, 0x22, 0x00, 0xE9, 0x00, 0x22, 0x00, 0x5D, 0x00],
        [0x00, 0x5B, 0x00, 0x22, 0x00, 0xE9, 0x00, 0x22, 0x00, 0x5D],
        [0x5B, 0x00, 0x22, 0x00, 0xE9, 0x00, 0x22, 0x00, 0x5D, 0x00],
    ]

    /// Numbers that neither 64 bits nor a double hold: they are handed on, and never rounded.
    static let kept: [String] = [
        "[123.456e-789]", "[0.4e006699999999999999999999999999999999999999999999999999969999999]",
        "[-1e+9999]", "[1.5e+9999]", "[-123123e100000]", "[123123e100000]", "[123e-10000000]",
        "[-123123123123123123123123123123]", "[100000000000000000000]",
        "[-237462374673276894279832749832423479823246327846]",
        "[9223372036854775808]", "[-9223372036854775809]", "[18446744073709551615]",
        "[0.1000000000000000055511151231257827]", "[1e400]", "[5e-325]",
    ]

    static let open: [(text: String, reason: JSONParseError.Reason)] = [
        // Halves of surrogate pairs are no text.
        (#"{"\uDFAA":0}"#, .invalidUnicode), (#"["\uDADA"]"#, .invalidUnicode),
        (#"["\uD888\u1234"]"#, .invalidUnicode), (#"["\uD800\n"]"#, .invalidUnicode),
        (#"["\uDd1ea"]"#, .invalidUnicode), (#"["\uD800\uD800\n"]"#, .invalidUnicode),
        (#"["\ud800"]"#, .invalidUnicode), (#"["\ud800abc"]"#, .invalidUnicode),
        (#"["\uDd1e\uD834"]"#, .invalidUnicode), (#"["\uDFAA"]"#, .invalidUnicode),
        // The suite takes names that are there twice; two programs would read two things.
        (#"{"a":"b","a":"c"}"#, .duplicateName("a")), (#"{"a":"b","a":"b"}"#, .duplicateName("a")),
        (#"{"a":0,"\u0061":0}"#, .duplicateName("a")),
        (
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
            .tooDeep(limit: 32)
        ),
    ]

    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"[""#.utf8) + bytes + Array(#""]"#.utf8)
    }
}
