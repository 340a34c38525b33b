import JobManagement
import WebSockets

extension FrontEnd {
    /// So many clients are sent a frame before the clock is read again.
    private static let clientsAtATime = 32

    /// Sends those who are in step together what they have not got.
    ///
    /// - Parameters:
    ///   - group: Who they are.
    ///   - now: The time.
    ///   - isAhead: Whether they are told though it is not yet time.
    ///   - plan: Takes in when they may be told again.
    func push(
        to group: FlushGroup,
        at now: ContinuousClock.Instant,
        isAhead: Bool = false,
        _ plan: inout FlushPlan
    ) {
        var sent = 0
        while group.cursor < log.head, !group.members.isEmpty {
            if group.nextFrame > now, !isAhead {
                plan.isBehind(until: group.nextFrame)
                break
            }
            if sent >= Self.turnBytes {
                plan.isBehind(until: now)
                break
            }
            let key = SyncFrameKey(
                subscription: group.key.number,
                filter: group.key.filter,
                cursor: group.cursor,
                emptyBelow: 0,
                isLoading: false
            )
            let next = frames.frame(for: key, from: log)
            let committed = commits.moment(after: group.cursor)
            group.cursor = next.seq
            guard let frame = next.frame else { continue }
            group.nextFrame = now + group.key.interval
            sent += frame.count
            frames.reused(by: group.members.count - 1)
            statistics.documentsSent += next.documents * group.members.count
            transmit(frame, to: group.members, committed: committed)
        }
        plan.mayReceive(at: group.nextFrame)
    }

    /// Hands a frame to many sockets; those that are full then are on their own.
    private func transmit(
        _ frame: WebSocketFrame,
        to members: [ConnectionID],
        committed: ContinuousClock.Instant?
    ) {
        statistics.framesSent += members.count
        if let recorder = configuration.recorder {
            for id in members { recorder.messageSent(frame, on: id) }
        }
        for start in stride(from: 0, to: members.count, by: Self.clientsAtATime) {
            let part = members[start..<min(start + Self.clientsAtATime, members.count)]
            let exceptions = server.send(frame, to: part)
            for (id, outcome) in exceptions {
                guard let connection = connections[id] else { continue }
                note(outcome, of: connection, committed: committed)
            }
            if let committed { wereWritten(committed, to: part, but: exceptions.count) }
        }
    }

    // MARK: Joining and leaving

    /// Has subscriptions join others that stand where they stand, and remembers which are on their own.
    func settle(_ connection: ClientConnection, at now: ContinuousClock.Instant) {
        guard connection.takesPushes else {
            loners.remove(connection.id)
            return
        }
        var areAllInGroups = true
        for index in connection.subscriptions.indices
        where connection.subscriptions[index].group == nil {
            let subscription = connection.subscriptions[index]
            if !subscription.isHeld, subscription.load == nil,
                subscription.emptyBelow <= subscription.cursor,
                let group = group(for: subscription, at: now)
            {
                connection.subscriptions[index].join(group, as: connection.id)
            } else {
                areAllInGroups = false
            }
        }
        if areAllInGroups {
            loners.remove(connection.id)
        } else {
            loners.insert(connection.id)
        }
    }

    /// The group that goes on as the subscription would alone; nil if it is elsewhere, or has another rhythm.
    private func group(
        for subscription: Subscription,
        at now: ContinuousClock.Instant
    ) -> FlushGroup? {
        let key = subscription.groupKey
        guard let group = groups[key] else {
            let group = FlushGroup(
                key,
                cursor: subscription.cursor,
                nextFrame: subscription.nextFrame
            )
            groups[key] = group
            return group
        }
        let isSameRhythm =
            group.nextFrame == subscription.nextFrame
            || max(group.nextFrame, subscription.nextFrame) <= now
        return isSameRhythm && group.cursor == subscription.cursor ? group : nil
    }

    /// When a subscription that is on its own may be sent what it has not got.
    ///
    /// Where a group is at work it waits for the group's next frame, an interval at most, and joins it then.
    func due(
        _ subscription: Subscription,
        at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant {
        guard subscription.interval <= configuration.flushInterval,
            let group = groups[subscription.groupKey],
            group.nextFrame > now, group.nextFrame < now + subscription.interval
        else { return subscription.nextFrame }
        return subscription.nextFrame + subscription.interval
    }

    /// Has a connection that takes no more pushes, or not all, be looked at on its own.
    func leaveGroups(_ connection: ClientConnection) {
        for index in connection.subscriptions.indices {
            leaveGroup(index, of: connection)
        }
    }

    /// Has a subscription go on alone.
    func leaveGroup(_ index: Int, of connection: ClientConnection) {
        guard let group = connection.subscriptions[index].group else { return }
        connection.subscriptions[index].leaveGroup(as: connection.id)
        if group.members.isEmpty { groups[group.key] = nil }
    }
}
