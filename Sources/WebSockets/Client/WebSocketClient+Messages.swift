import CLibwebsockets

extension WebSocketClient {
    /// The messages of a connection, in their order.
    public struct Messages: AsyncSequence, Sendable {
        let client: WebSocketClient

        /// Starts to read; reads from where the last reader stopped.
        public func makeAsyncIterator() -> Iterator { Iterator(client: client) }

        /// Reads one message at a time.
        public struct Iterator: AsyncIteratorProtocol {
            let client: WebSocketClient

            /// Waits for the next message.
            /// - Returns: the message, or nil when the connection is closed or the task is cancelled
            public mutating func next() async -> [UInt8]? {
                await client.nextMessage()
            }
        }
    }

    func nextMessage() async -> [UInt8]? {
        if !inbox.isEmpty {
            let message = inbox.removeFirst()
            resumeReading()
            return message
        }
        if case .closed = phase { return nil }
        precondition(reader == nil, "the messages of a client are for one reader")
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: nil)
                } else {
                    reader = continuation
                }
            }
        } onCancel: {
            Task { await self.stopWaitingForMessage() }
        }
    }

    func received(_ message: [UInt8]) {
        if let reader {
            self.reader = nil
            reader.resume(returning: message)
            return
        }
        inbox.append(message)
        if inbox.count >= configuration.maximumBufferedMessages, !isPaused, let wsi {
            isPaused = true
            lws_rx_flow_control(wsi, 0)
        }
    }

    func resumeReading() {
        guard isPaused, inbox.count <= configuration.maximumBufferedMessages / 2, let wsi else {
            return
        }
        isPaused = false
        lws_rx_flow_control(wsi, 1)
    }

    func stopWaitingForMessage() {
        reader?.resume(returning: nil)
        reader = nil
    }
}
