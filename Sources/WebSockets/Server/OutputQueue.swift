/// What a connection's socket has not taken yet, in its order.
struct OutputQueue {
    /// Frames share their bytes with all who are sent them.
    private var pieces: [ArraySlice<UInt8>] = []

    var isEmpty: Bool { pieces.isEmpty }

    var first: ArraySlice<UInt8>? { pieces.first }

    mutating func append(_ piece: ArraySlice<UInt8>) {
        if !piece.isEmpty { pieces.append(piece) }
    }

    /// Takes off what the socket has taken of the first piece.
    mutating func removeFirst(_ count: Int) {
        guard count < pieces[0].count else {
            pieces.removeFirst()
            return
        }
        pieces[0].removeFirst(count)
    }
}
