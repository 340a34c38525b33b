import Foundation

/// What whoever starts the program hands to it, looked at as bytes.
///
/// Swift makes U+FFFD of whatever is not UTF-8, and so one text of many: a job of another file's
/// would be the answer.
enum GivenText {
    /// The variables that commands read as text.
    private static let variables =
        ServeSetting.allCases.map(\.variable) + [
            "JOBSYNC_CONFIG", "JOBSYNC_URL", "JOBSYNC_TOKEN", "HOME", "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
        ]
    /// Those that a server hands on to tools besides.
    private static let inherited = ["PATH", "TZ", "LD_LIBRARY_PATH"]

    /// Refuses arguments and variables that are not UTF-8.
    ///
    /// - Throws: A failure of usage that names the first one.
    static func check() throws(CommandFailure) {
        let arguments = (1..<max(1, Int(CommandLine.argc))).compactMap {
            CommandLine.unsafeArgv[$0].map(bytes)
        }
        if let place = firstUnreadable(among: arguments) { throw refusal(of: place) }
        let isServer = arguments.first.map { $0 == Array("serve".utf8) } ?? false
        for name in isServer ? variables + inherited : variables {
            guard let value = getenv(name).map(bytes), !isText(value) else { continue }
            throw refusal(of: "the environment variable \(name)")
        }
    }

    /// Finds the first argument that is not UTF-8.
    ///
    /// - Parameter arguments: What follows the program's name.
    /// - Returns: Which one it is, without its value, which may be a secret; nil if there is none.
    static func firstUnreadable(among arguments: [[UInt8]]) -> String? {
        guard let place = arguments.firstIndex(where: { !isText($0) }) else { return nil }
        let argument = arguments[place]
        let name = argument.prefix { $0 != UInt8(ascii: "=") }
        if name.count < argument.count, isText(Array(name)) {
            return "argument \(place + 1) (\(String(decoding: name, as: UTF8.self))=…)"
        }
        guard place > 0, arguments[place - 1].first == UInt8(ascii: "-") else {
            return "argument \(place + 1)"
        }
        let option = String(decoding: arguments[place - 1], as: UTF8.self)
        return "argument \(place + 1) (after \(option))"
    }

    private static func refusal(of place: String) -> CommandFailure {
        CommandFailure(.usage, "\(place) is not UTF-8")
    }

    private static func isText(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private static func bytes(_ text: UnsafeMutablePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}
