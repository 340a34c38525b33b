import CLibwebsockets

extension WebSocketClient {
    /// Writes a frame, masked as a client's must be.
    func write(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> Bool {
        guard let wsi else { return false }
        let frame = WebSocketHeader.maskedFrame(
            opcode: opcode,
            payload: payload,
            mask: .random(in: .min ... .max)
        )
        let written = frame.withUnsafeBytes { bytes in
            bytes.baseAddress.map { clws_write(wsi, $0, bytes.count) } ?? -1
        }
        guard written >= 0 else {
            phase = .closing
            kill()
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
        guard write(.close, WebSocketHeader.closePayload(code, reason: reason)) else { return }
        phase = .closing
        // The server's answer may stand behind messages that nobody reads any more.
        if isPaused, let wsi {
            isPaused = false
            lws_rx_flow_control(wsi, 1)
        }
        startTimer(configuration.closeTimeout)
    }

    func startTimer(_ limit: Duration) {
        stopTimer()
        let timer = LoopTimer(on: core.loop) { [weak self] in
            self?.assumeIsolated { $0.timedOut() }
        }
        timer.schedule(afterMilliseconds: limit.milliseconds)
        self.timer = timer
    }

    func stopTimer() {
        timer?.close()
        timer = nil
    }

    private func timedOut() {
        hasTimedOut = true
        kill()
        connected(.timedOut)
    }

    private func kill() {
        guard let wsi else { return }
        let handle = UInt(bitPattern: wsi)
        core.assumeIsolated { core in
            if let wsi = OpaquePointer(bitPattern: handle) {
                core.kill(wsi)
            }
        }
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
        let number = number
        core.assumeIsolated { $0.forget(number: number) }
        stopWaitingForMessage()
        drained()
        for closer in closers {
            closer.resume()
        }
        closers = []
    }
}
