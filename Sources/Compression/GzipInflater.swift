import CZlib

/// Decompresses gzip as it comes, in pieces of any size.
///
/// A file may have many members, one after another (bgzip, or files put together with `cat`); zeros
/// after the last one are padding. Use it from one thread at a time:
///
///     inflater.feed(piece)
///     while let text = try inflater.next() { … }
///
/// and at the file's end `finish()`.
public final class GzipInflater {
    private static let outputSize = 256 << 10

    private enum State {
        /// Nothing of a member was read, and whether there was one before.
        case between(isFirst: Bool)
        case member
        /// Zeros follow the last member.
        case padding
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var state = State.between(isFirst: true)
    private var input: [UInt8] = []
    private var position = 0
    /// zlib filled all of the output: it may hold more, with no input left.
    private var hasMore = false

    /// Makes an inflater that stands at the start of a file.
    public init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        precondition(czlib_begin_gunzip(stream) == Z_OK, "out of memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Takes what comes next in the file; what was fed before must have been read by `next()`.
    ///
    /// - Parameter piece: The next bytes of the file.
    public func feed(_ piece: [UInt8]) {
        precondition(position == input.count, "the piece before has not been read")
        input = piece
        position = 0
    }

    /// Decompresses some of what was fed.
    ///
    /// - Returns: The next part of the text, never empty; nil if more has to be fed.
    /// - Throws: What is wrong with the file.
    public func next() throws(GzipError) -> [UInt8]? {
        while position < input.count || hasMore {
            guard try beginMember() else { continue }
            let text = try inflateSome()
            if !text.isEmpty { return text }
        }
        return nil
    }

    /// Says that the file has ended.
    ///
    /// - Throws: That it ended too early.
    public func finish() throws(GzipError) {
        switch state {
        case .between(isFirst: false), .padding: return
        case .between(isFirst: true), .member: throw .truncated
        }
    }

    /// Whether there is something to inflate; otherwise padding was skipped.
    private func beginMember() throws(GzipError) -> Bool {
        switch state {
        case .member: return true
        case .between(let isFirst):
            if isFirst || input[position] == 0x1f {
                state = .member
                return true
            }
            state = .padding
        case .padding:
            guard input[position...].allSatisfy({ $0 == 0 }) else { throw .trailingGarbage }
            position = input.count
        }
        return false
    }

    private func inflateSome() throws(GzipError) -> [UInt8] {
        var code = Z_OK
        let text = [UInt8](unsafeUninitializedCapacity: Self.outputSize) { output, written in
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = UInt32(Self.outputSize)
            code = input.withUnsafeBufferPointer { bytes in
                let rest = UnsafeBufferPointer(rebasing: bytes[position...])
                // zlib takes its input through a pointer to mutable bytes, and leaves them alone.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
                let given = UInt32(clamping: rest.count)
                stream.pointee.avail_in = given
                let code = inflate(stream, Z_NO_FLUSH)
                position += Int(given - stream.pointee.avail_in)
                stream.pointee.next_in = nil
                return code
            }
            hasMore = stream.pointee.avail_out == 0
            written = Self.outputSize - Int(stream.pointee.avail_out)
        }
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            hasMore = false
            inflateReset(stream)
            state = .between(isFirst: false)
        case Z_MEM_ERROR: throw .outOfMemory
        default: throw .damaged
        }
        return text
    }
}
