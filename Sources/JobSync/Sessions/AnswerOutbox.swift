import DequeModule
import WebSockets

/// Answers that the socket has not taken yet: bounded, because callers wait for them.
struct AnswerOutbox {
    /// An answer that waits.
    struct Answer {
        let frame: WebSocketFrame
        /// Whether it is one of those of which further ones are made only when it is gone.
        let isCostly: Bool
    }

    private static let maximumCount = 64
    private static let maximumBytes = 256 << 10

    private var answers: Deque<Answer> = []
    /// Of answers that are not costly.
    private var count = 0
    private var bytes = 0

    var isEmpty: Bool { answers.isEmpty }

    /// Whether more waits than may; the longest answer may have any length, for it was asked for.
    ///
    /// Costly answers are no more than may be under way at once, however slowly they are read.
    var isOverfull: Bool {
        guard count <= Self.maximumCount else { return true }
        guard bytes > Self.maximumBytes else { return false }
        let longest = answers.lazy.filter { !$0.isCostly }.map(\.frame.count).max() ?? 0
        return bytes - longest > Self.maximumBytes
    }

    mutating func append(_ answer: Answer) {
        answers.append(answer)
        guard !answer.isCostly else { return }
        count += 1
        bytes += answer.frame.count
    }

    mutating func popFirst() -> Answer? {
        guard let answer = answers.popFirst() else { return nil }
        if !answer.isCostly {
            count -= 1
            bytes -= answer.frame.count
        }
        return answer
    }
}
