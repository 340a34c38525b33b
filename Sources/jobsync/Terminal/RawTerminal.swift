import Dispatch
import Foundation
import Synchronization

/// The terminal with a screen of its own, no echo and keys that come at once.
final class RawTerminal: Sendable {
    /// The keys that mean something.
    enum Key: Sendable {
        case leave
        case up
        case down
        case pageUp
        case pageDown
        case home
        case end
    }

    /// The settings to come back to; nil when they are restored.
    private let before: Mutex<termios?>

    init() {
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        before = Mutex(settings)
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        // The alternate screen, without a cursor.
        Output.text("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[2J")
    }

    /// Gives the terminal back as it was; does nothing the second time.
    func restore() {
        before.withLock { settings in
            guard var old = settings else { return }
            Output.text("\u{1B}[?25h\u{1B}[?1049l")
            tcsetattr(STDIN_FILENO, TCSANOW, &old)
            settings = nil
        }
    }

    /// Tells of keys for as long as the returned source is held.
    func readKeys(_ action: @escaping @Sendable (Key) -> Void) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
        source.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            // The terminal is gone.
            guard count > 0 else { return action(.leave) }
            for key in Self.keys(in: String(decoding: bytes.prefix(count), as: UTF8.self)) {
                action(key)
            }
        }
        source.resume()
        return source
    }

    /// The keys in what a terminal sent.
    static func keys(in text: String) -> [Key] {
        let sequences: [(String, Key)] = [
            ("\u{1B}[A", .up), ("\u{1B}OA", .up), ("k", .up), ("\u{1B}[B", .down),
            ("\u{1B}OB", .down), ("j", .down), ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown),
            (" ", .pageDown), ("\u{1B}[H", .home), ("\u{1B}[1~", .home), ("g", .home),
            ("\u{1B}[F", .end), ("\u{1B}[4~", .end), ("G", .end), ("q", .leave), ("Q", .leave),
        ]
        var keys: [Key] = []
        var rest = text[...]
        while !rest.isEmpty {
            if let (sequence, key) = sequences.first(where: { rest.hasPrefix($0.0) }) {
                keys.append(key)
                rest = rest.dropFirst(sequence.count)
            } else {
                rest = rest.dropFirst()
            }
        }
        return keys
    }
}
