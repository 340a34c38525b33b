import Glibc

/// What is needed to send to a connection, and nothing else.
///
/// A frame for thousands of clients goes through these one after another: 24 bytes each, where a peer, its
/// place in a dictionary and what leads to it are some ten lines of the processor's cache.
struct Seat {
    /// Whose it is; 0 of nobody's.
    fileprivate(set) var number: UInt64
    var bytesSent: UInt64
    var descriptor: Int32
    /// The WebSocket is open, and its socket has taken everything so far.
    var isFree: Bool
    var takesDeflated: Bool

    /// Offers the socket bytes past the library, which would copy what the socket does not take.
    ///
    /// - Parameter bytes: Whole frames.
    /// - Returns: How many the socket took; 0 if it is full or in error, or others must go first.
    func offer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard isFree else { return 0 }
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        return max(0, Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags))
    }
}

/// The seats of all connections of a server, side by side; used on its thread only.
final class Seats {
    private let storage: UnsafeMutablePointer<Seat>
    private let capacity: Int
    private var vacant: [UInt32] = []
    private var count = 0

    /// - Parameter capacity: The most connections at a time; memory is only taken for those that there are.
    init(capacity: Int) {
        self.capacity = capacity
        // All zero, which is nobody's.
        guard let bytes = calloc(max(1, capacity), MemoryLayout<Seat>.stride) else {
            preconditionFailure("out of memory")
        }
        storage = bytes.bindMemory(to: Seat.self, capacity: max(1, capacity))
    }

    deinit {
        free(storage)
    }

    /// Gives a new connection a seat and a number.
    func take(_ number: UInt64) -> ConnectionID {
        let place: UInt32
        if let free = vacant.popLast() {
            place = free
        } else {
            precondition(count < capacity, "there are more connections than seats")
            place = UInt32(count)
            count += 1
        }
        storage[Int(place)].number = number
        return ConnectionID(rawValue: number, seat: place)
    }

    /// The seat of a connection; nil if it is gone.
    subscript(_ connection: ConnectionID) -> UnsafeMutablePointer<Seat>? {
        let place = Int(connection.seat)
        guard place < count, storage[place].number == connection.rawValue else { return nil }
        return storage + place
    }

    /// Frees the seat of a connection that is gone.
    func leave(_ connection: ConnectionID) {
        guard let seat = self[connection] else { return }
        memset(seat, 0, MemoryLayout<Seat>.stride)
        vacant.append(connection.seat)
    }
}
