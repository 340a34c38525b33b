import Glibc
import Testing
import Threads

/// A client that does exactly what it is told, right or wrong; it blocks, on a thread of its own.
actor RawSocket {
    struct Ended: Error {}
    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]
        var isFinal = true

        var text: String { String(decoding: payload, as: UTF8.self) }
        var closeCode: Int { payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1]) }
    }

    nonisolated let executor = ThreadExecutor(name: "raw-socket")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let descriptor: Int32
    private var received: [UInt8] = []

    init(port: Int, receiveBuffer: Int32? = nil) async throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
        }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let error = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(error == 0)
    }

    deinit {
        close(descriptor)
    }

    static func upgrade(path: String = "/ws", headers: [String] = []) -> String {
        ([
            "GET \(path) HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        ] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { $0 + sent },
                    bytes.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw Ended() }
            sent += count
        }
    }

    func sendFrame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) throws {
        try send(Self.frame(opcode, payload, isFinal: isFinal))
    }

    static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        var frame: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else if payload.count < 65_536 {
            frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        } else {
            frame.append(0x80 | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                frame.append(UInt8(payload.count >> shift & 255))
            }
        }
        frame += mask
        for (index, byte) in payload.enumerated() {
            frame.append(byte ^ mask[index & 3])
        }
        return frame
    }

    /// Reads a server's frame.
    func receiveFrame() throws -> Frame {
        let head = try receive(2)
        try #require(head[1] & 0x80 == 0, "a server does not mask")
        var count = Int(head[1])
        if count == 126 {
            count = try receive(2).reduce(0) { $0 << 8 | Int($1) }
        } else if count == 127 {
            count = try receive(8).reduce(0) { $0 << 8 | Int($1) }
        }
        let payload = try receive(count)
        return Frame(opcode: head[0] & 0x0F, payload: payload, isFinal: head[0] & 0x80 != 0)
    }

    /// Reads up to the empty line.
    func receiveHead() throws -> String {
        let end = Array("\r\n\r\n".utf8)
        while received.firstRange(of: end) == nil {
            try receiveMore()
        }
        guard let range = received.firstRange(of: end) else { throw Ended() }
        let head = String(decoding: received[..<range.upperBound], as: UTF8.self)
        received.removeSubrange(..<range.upperBound)
        return head
    }

    /// Reads an answer by its length.
    func receiveResponse(isToHead: Bool = false) throws -> (head: String, body: [UInt8]) {
        let head = try receiveHead()
        var count = 0
        for line in head.split(separator: "\r\n") where line.hasPrefix("Content-Length: ") {
            count = Int(line.dropFirst(16)) ?? 0
        }
        return (head, isToHead ? [] : try receive(count))
    }

    func receive(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            try receiveMore()
        }
        let bytes = Array(received.prefix(count))
        received.removeFirst(count)
        return bytes
    }

    /// Ends the sending half of the connection; the other half goes on.
    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Reads until the server closes.
    func receiveToEnd() -> [UInt8] {
        while (try? receiveMore()) != nil {}
        return received
    }

    private func receiveMore() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw Ended() }
        received += buffer.prefix(count)
    }
}
