import CLibwebsockets

extension WebSocketClient {
    /// Writes a frame that is masked already.
    func write(_ frame: [UInt8]) -> Bool {
        guard let wsi else { return false }
        let written = frame.withUnsafeBytes { bytes in
            bytes.baseAddress.map { clws_write(wsi, $0, bytes.count) } ?? -1
        }
        guard written >= 0 else {
            phase = .closing
            drop()
            return false
        }
        isChoked = lws_partial_buffered(wsi) != 0
        return true
    }

    func drained() {
        isChoked = false
        let waiting = senders
        senders = []
        for sender in waiting {
            sender.resume()
        }
    }

    func startClosing(_ code: WebSocketCloseCode, reason: String) {
        let payload = WebSocketHeader.closePayload(code, reason: reason)
        guard write(WebSocketHeader.maskedFrame(opcode: .close, payload: payload)) else { return }
        phase = .closing
        // The server's answer may stand behind messages that nobody reads any more.
        if isPaused, let wsi {
            isPaused = false
            lws_rx_flow_control(wsi, 1)
        }
        startTimer(configuration.closeTimeout)
    }

    func startTimer(_ limit: Duration) {
        let number = number
        core.assumeIsolated { $0.startTimer(of: number, limit: limit) }
    }

    func stopTimer() {
        let number = number
        core.assumeIsolated { $0.stopTimer(of: number) }
    }

    func timedOut() {
        hasTimedOut = true
        drop()
        connected(.timedOut)
    }

    private func drop() {
        let number = number
        core.assumeIsolated { $0.drop(number: number) }
    }

    /// The connection is no more.
    func finish() {
        if case .closed = phase { return }
        if case .connecting = phase {
            connected(hasTimedOut ? .timedOut : .unreachable(target, reason: "no connection"))
            return
        }
        phase = .closed
        wsi = nil
        stopTimer()
        closure = closure ?? Closure(code: .abnormal, reason: "")
        stopWaitingForMessage()
        drained()
        for closer in closers {
            closer.resume()
        }
        closers = []
    }
}
