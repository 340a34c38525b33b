import Synchronization

/// Tells from what `hmmscan` prints how many of its queries it has come to.
final class HMMERReport: Sendable {
    private static let mark = Array("Query: ".utf8)

    private struct State {
        var seen = 0
        /// How much of the mark has been read at the start of a line; nil elsewhere in one.
        var matched: Int? = 0
    }

    private let state = Mutex(State())
    private let queries: Int

    /// Expects a number of queries.
    init(queries: Int) { self.queries = queries }

    /// Reads what comes next; tells the share of the queries that it has come to.
    func read(_ bytes: [UInt8]) -> Double {
        state.withLock { state in
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    state.matched = 0
                } else if let matched = state.matched {
                    state.matched = byte == Self.mark[matched] ? matched + 1 : nil
                    guard state.matched == Self.mark.count else { continue }
                    state.seen += 1
                    state.matched = nil
                }
            }
            // The one at hand is not done yet.
            return Double(max(state.seen - 1, 0)) / Double(max(queries, 1))
        }
    }
}
