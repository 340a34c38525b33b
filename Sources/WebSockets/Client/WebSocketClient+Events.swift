import CLibwebsockets

extension WebSocketClient {
    /// Sorts what the library tells.
    ///
    /// - Returns: 0 to go on, -1 to close the connection
    func handle(_ event: LibraryEvent) -> Int32 {
        // An attempt at another address may still have something to say after it has failed.
        guard event.number == number else { return 0 }
        switch event.reason {
        case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            return appendHeaders(event)
        case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
            chosenSubprotocol = event.headerField(WSI_TOKEN_PROTOCOL)
            return 0
        case LWS_CALLBACK_CLIENT_ESTABLISHED:
            wsi = event.wsi
            connected(nil)
            return 0
        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            connected(failure(event))
            return 0
        case LWS_CALLBACK_CLIENT_RECEIVE:
            received(event)
            return 0
        case LWS_CALLBACK_CLIENT_WRITEABLE:
            if lws_partial_buffered(event.wsi) == 0 {
                drained()
            }
            return 0
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            return closeArrived(event)
        case LWS_CALLBACK_CLIENT_CLOSED, LWS_CALLBACK_WSI_DESTROY:
            finish()
            return 0
        default:
            return 0
        }
    }

    /// The connection stands, or will not.
    func connected(_ error: WebSocketClientError?) {
        guard case .connecting(let continuation) = phase else { return }
        stopTimer()
        phase = error == nil ? .open : .closed
        continuation.resume(returning: error)
    }

    private func received(_ event: LibraryEvent) {
        guard case .open = phase else { return }
        let toCome = lws_remaining_packet_payload(event.wsi)
        let limit = configuration.maximumMessageBytes
        guard event.count + toCome <= limit - partial.count else {
            partial = []
            startClosing(.messageTooBig, reason: "a message may have \(limit) bytes")
            return
        }
        let isWhole = lws_is_final_fragment(event.wsi) != 0
        if partial.isEmpty && !isWhole {
            partial.reserveCapacity(event.count + toCome)
        }
        if let bytes = event.bytes {
            partial.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: event.count))
        }
        if isWhole {
            let message = partial
            partial = []
            received(message)
        }
    }

    private func closeArrived(_ event: LibraryEvent) -> Int32 {
        var arrived = Closure(code: .noStatus, reason: "")
        if let bytes = event.bytes, event.count >= 2 {
            let code = UInt16(bigEndian: bytes.loadUnaligned(as: UInt16.self))
            let text = UnsafeRawBufferPointer(start: bytes, count: event.count).dropFirst(2)
            arrived.code = WebSocketCloseCode(rawValue: code)
            arrived.reason = String(decoding: text, as: UTF8.self)
        }
        closure = arrived
        // An answer to our own close frame is the end; to the server's the library answers.
        if case .closing = phase { return -1 }
        phase = .closing
        return 0
    }

    private func appendHeaders(_ event: LibraryEvent) -> Int32 {
        guard let place = event.bytes?.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>.self)
        else { return -1 }
        var text = ""
        for (name, value) in headers {
            text += "\(name.withoutLineBreaks): \(value.withoutLineBreaks)\r\n"
        }
        guard text.utf8.count <= event.count else { return -1 }
        for byte in text.utf8 {
            place.pointee.pointee = byte
            place.pointee += 1
        }
        return 0
    }

    /// One door for the library's words; it has no codes.
    private func failure(_ event: LibraryEvent) -> WebSocketClientError {
        let status = Int(lws_http_client_http_response(event.wsi))
        if status != 0, status != 101 {
            return .refused(status: status)
        }
        let words = event.bytes.map {
            String(
                decoding: UnsafeRawBufferPointer(start: $0, count: event.count).prefix { $0 != 0 },
                as: UTF8.self
            ).trimmingCharacters
        }
        // A refused connection reaches the library as a hang-up; the socket still knows better.
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(lws_get_socket_fd(event.wsi), SOL_SOCKET, SO_ERROR, &number, &size)
        if number != 0 {
            return .unreachable(target, reason: String(cString: strerror(number)))
        }
        guard let words else { return .unreachable(target, reason: "no connection") }
        if hasTimedOut || words.hasPrefix("Timed out") || words.contains("timeout") {
            return .timedOut
        }
        if words.hasPrefix("connect SSL") {
            // The rest is an error number of OpenSSL's that says nothing; the library logs more.
            let reason = "the certificate is not trusted, or there is no encryption in common"
            return .notSecure(reason: reason)
        }
        if words.contains("cert") || words.contains("SSL") {
            return .notSecure(reason: words)
        }
        if ["read failed", "Peer hung up"].contains(words) {
            return .badHandshake(reason: "it hung up without an answer")
        }
        if words.hasPrefix("HS:") {
            return .badHandshake(reason: String(words.dropFirst(3).trimmingSpaces))
        }
        return .unreachable(target, reason: words)
    }
}

extension String {
    /// Without the line break that the library ends some of its words with.
    fileprivate var trimmingCharacters: String {
        var text = self
        while text.last?.isNewline == true {
            text.removeLast()
        }
        return text
    }
}

extension LibraryEvent {
    /// A field of the server's answer, while that is being looked at.
    fileprivate func headerField(_ token: lws_token_indexes) -> String? {
        let count = lws_hdr_total_length(wsi, token)
        guard count > 0 else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(count) + 1) { buffer in
            let copied = lws_hdr_copy(wsi, buffer.baseAddress, count + 1, token)
            guard copied >= 0 else { return nil }
            let bytes = UnsafeRawBufferPointer(buffer).prefix(Int(copied))
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
