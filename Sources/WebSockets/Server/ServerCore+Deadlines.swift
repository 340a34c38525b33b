extension ServerCore {
    /// Sweeps are at least so far apart, in milliseconds, however the deadlines lie.
    private static let shortestPause: UInt64 = 50

    /// A sweep that comes so many milliseconds late finds connections that this server has not read from.
    private static let lateness: UInt64 = 100

    /// Sees to it that the connection's deadline is noticed.
    ///
    /// One timer serves all connections: it is set to the earliest deadline that was seen, and a
    /// deadline that has moved away by then is only looked at again.
    func watchDeadline(of peer: Peer) {
        guard let deadline = peer.deadline(timeouts), deadline < nextSweep else { return }
        setSweep(to: deadline)
    }

    /// The client is alive.
    func heard(from peer: Peer) {
        peer.lastHeard = loop.now
        if peer.pingedAt != nil {
            peer.pingedAt = nil
            // The next ping may be due before the pong would have been.
            watchDeadline(of: peer)
        }
    }

    func sweep() {
        let now = loop.now
        if !isSweepPutOff, now > nextSweep, now - nextSweep > Self.lateness {
            // The process was stopped, or long at something else: what came meanwhile is read first.
            isSweepPutOff = true
            setSweep(to: now + Self.shortestPause)
            return
        }
        isSweepPutOff = false
        nextSweep = .max
        var earliest = UInt64.max
        for peer in Array(peers.values) {
            if let deadline = peer.deadline(timeouts), deadline <= now {
                deadlinePassed(for: peer)
            }
            earliest = min(earliest, peer.deadline(timeouts) ?? .max)
        }
        if earliest < .max {
            setSweep(to: max(earliest, now + Self.shortestPause))
        }
    }

    private func setSweep(to deadline: UInt64) {
        nextSweep = deadline
        sweepTimer?.schedule(afterMilliseconds: deadline > loop.now ? deadline - loop.now : 0)
    }

    private func deadlinePassed(for peer: Peer) {
        switch peer.phase {
        case .open where peer.isChoked:
            if peer.madeProgress() {
                peer.since = loop.now
            } else {
                startClosing(peer, code: configuration.stallCode, reason: "stalled")
            }
        case .open:
            if peer.pingedAt == nil {
                ping(peer)
            } else if peer.madeProgress() {
                // It has much to read before it comes to the ping.
                peer.pingedAt = loop.now
            } else {
                startClosing(peer, code: configuration.pongCode, reason: "no pong")
            }
        case .answering:
            // Perhaps it still reads: what is answered all the same is sent.
            if peer.hasHungUp { peer.thinking?.cancel() }
            peer.since = loop.now
        case .writing where loop.now < peer.answerLimit && peer.madeProgress():
            peer.since = loop.now
        default:
            // Is looked at again only if the library does not drop it.
            peer.since = loop.now
            kill(peer)
        }
    }
}
