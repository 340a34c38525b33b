import Testing
import WebSockets

@Suite("Offers of compression", .timeLimit(.minutes(6)))
struct CompressionOfferTests {
    private static let agreed =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    static let offers: [(String, String?)] = [
        ("permessage-deflate", agreed),
        ("permessage-deflate; client_max_window_bits", agreed),
        ("permessage-deflate;client_max_window_bits=8", agreed),
        ("permessage-deflate; client_max_window_bits=\"10\"; server_no_context_takeover", agreed),
        ("permessage-deflate; client_no_context_takeover", agreed),
        ("permessage-deflate; server_max_window_bits=15", agreed + "; server_max_window_bits=15"),
        ("permessage-deflate; server_max_window_bits=10, permessage-deflate", agreed),
        ("x-webkit-deflate-frame, permessage-deflate", agreed),
        ("permessage-deflate; server_max_window_bits=10", nil),
        ("permessage-deflate; server_max_window_bits", nil),
        ("permessage-deflate; client_max_window_bits=7", nil),
        ("permessage-deflate; client_max_window_bits=16", nil),
        ("permessage-deflate; client_max_window_bits=08", nil),
        ("permessage-deflate; client_max_window_bits=+9", nil),
        ("permessage-deflate; client_max_window_bits=99999999999999999999", nil),
        ("permessage-deflate; client_no_context_takeover=1", nil),
        ("permessage-deflate; client_no_context_takeover; client_no_context_takeover", nil),
        ("permessage-deflate; level=9", nil),
        ("permessage-deflate;", nil),
        ("deflate", nil),
        (", ;=,\"", nil),
    ]

    @Test(
        "the first offer that can be kept is taken, and answered with what is done",
        arguments: offers
    )
    func offer(_ offer: String, _ answer: String?) async throws {
        try await withServer(Behaviour(), .local { $0.compressedFrom = 1 }) { harness in
            let socket = try await harness.socket()
            try await socket.send(
                RawSocket.upgrade(headers: ["Sec-WebSocket-Extensions: \(offer)"])
            )
            let head = try await socket.receiveHead()
            #expect(head.hasPrefix("HTTP/1.1 101 "))
            let field = "Sec-WebSocket-Extensions: "
            let line = head.split(separator: "\r\n").first { $0.hasPrefix(field) }
            #expect(line.map { String($0.dropFirst(field.count)) } == answer)
        }
    }
}
