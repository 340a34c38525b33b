import JSON
import JobManagement
import JobModel
import JobProtocol
import JobStorage
import WebSockets

/// When subscriptions may be sent their next frame.
struct FlushPlan {
    /// The first moment at which any subscription may be sent one.
    private(set) var earliest: ContinuousClock.Instant?
    /// The first moment at which one that is behind may be sent one.
    private(set) var due: ContinuousClock.Instant?

    mutating func mayReceive(at moment: ContinuousClock.Instant) {
        earliest = min(earliest ?? moment, moment)
    }

    mutating func isBehind(until moment: ContinuousClock.Instant) {
        due = min(due ?? moment, moment)
    }
}

/// A flush that is going to happen.
struct FlushTimer {
    let moment: ContinuousClock.Instant
    let task: Task<Void, Never>
}

extension FrontEnd {
    /// How much of a first load a client is sent before others have their turn.
    static let turnBytes = 512 << 10

    // MARK: Changes

    /// Takes what the manager told into the log and tells those who are due.
    func absorb() {
        let items = inbox.fetch()
        var ended: [CommittedChange] = []
        for item in items {
            switch item {
            case .opened(let position):
                commits.removeAll()
                let isAnother = !log.epoch.isEmpty && log.epoch != position.epoch
                log.open(at: position)
                if isAnother { sendSubscribersAway() }
            case .changed(let changes, let moment):
                if let first = changes.first { commits.note(from: first.seq, at: moment) }
                append(changes)
                ended += changes
            case .readAnew(let snapshot):
                commits.removeAll()
                if !log.take(snapshot) { sendSubscribersAway() }
                ended += snapshot.changes
            case .settings, .troublesChanged: refreshResources()
            }
        }
        guard !ended.isEmpty else { return }
        statistics.changes += ended.count
        flush()
        forgetWhatAllWereTold()
        refreshResources()
        tellTails(of: ended)
        wakeHeadWaiters()
    }

    /// To look at every client takes time, so it is done only where there is something to be gained.
    private func forgetWhatAllWereTold() {
        guard log.hasSurplusRemovals || commits.areMany else { return }
        let slowest = slowestPosition
        log.forgetRemovals(upTo: slowest)
        commits.forget(upTo: slowest)
    }

    private func append(_ changes: [CommittedChange]) {
        for change in changes {
            // While there is little to tell, nobody misses a stage, however short it was.
            if log.wouldHide(change, from: flushedHead), ahead.take(now: clock.now) == nil {
                flushAhead()
            }
            log.append(change)
        }
    }

    /// Has clients come back whose positions mean nothing any more, to start anew.
    private func sendSubscribersAway() {
        flushedHead = log.head
        frames.forget()
        let clients = subscribed
        for connection in clients {
            sayGoodbye(to: connection, .anotherHistory, after: returnDelay(among: clients.count))
        }
    }

    /// Clients with subscriptions; whoever has none is not looked at when jobs change.
    var subscribed: [ClientConnection] { subscribers.compactMap { connections[$0] } }

    /// Up to where every connected client knows which jobs are gone.
    private var slowestPosition: Int {
        subscribed.lazy.flatMap(\.subscriptions)
            .map { max($0.cursor, $0.emptyBelow) }.min() ?? log.head
    }

    /// Sends every client that is due what it has not got; the first change after quiet goes out at once.
    func flush() {
        let now = clock.now
        guard now >= quietUntil else {
            flush(at: quietUntil)
            return
        }
        var plan = FlushPlan()
        // Those who have nothing to wait for join their group first.
        for connection in lonersInOrder { settle(connection, at: now) }
        for group in Array(groups.values) { push(to: group, at: now, &plan) }
        for connection in lonersInOrder { push(to: connection, at: now, &plan) }
        flushedHead = log.head
        quietUntil = plan.earliest ?? now
        if let due = plan.due { flush(at: due) }
    }

    /// Clients of whose subscriptions not all are in groups, the oldest first: so members of a group stand in
    /// the order in which they came, which is about that of what the kernel keeps of them in memory.
    private var lonersInOrder: [ClientConnection] {
        loners.sorted().compactMap { connections[$0] }
    }

    /// Sends clients that are in step but for a moment what they have not got, though it is not yet time.
    private func flushAhead() {
        let now = clock.now
        var plan = FlushPlan()
        for group in Array(groups.values) where group.key.interval <= configuration.flushInterval {
            push(to: group, at: now, isAhead: true, &plan)
        }
        for connection in lonersInOrder {
            for index in connection.subscriptions.indices {
                let subscription = connection.subscriptions[index]
                guard subscription.load == nil, subscription.group == nil,
                    subscription.interval <= configuration.flushInterval
                else { continue }
                connection.subscriptions[index].nextFrame = now
            }
            push(to: connection)
        }
        flushedHead = log.head
    }

    /// Sends one client what it may be sent now, and the rest when it is due.
    func push(to connection: ClientConnection) {
        var plan = FlushPlan()
        push(to: connection, at: clock.now, &plan)
        if let earliest = plan.earliest { quietUntil = min(quietUntil, earliest) }
        if let due = plan.due { flush(at: due) }
    }

    private func flush(at moment: ContinuousClock.Instant) {
        if let flushTimer, flushTimer.moment <= moment { return }
        flushTimer?.task.cancel()
        let task = Task {
            do { try await Task.sleep(until: moment, clock: clock) } catch { return }
            flushTimer = nil
            flush()
        }
        flushTimer = FlushTimer(moment: moment, task: task)
    }

    private func push(
        to connection: ClientConnection,
        at now: ContinuousClock.Instant,
        _ plan: inout FlushPlan
    ) {
        for index in connection.subscriptions.indices {
            guard connection.takesPushes else { break }
            guard !connection.subscriptions[index].isHeld,
                connection.subscriptions[index].group == nil
            else { continue }
            push(index, of: connection, at: now, &plan)
            plan.mayReceive(at: connection.subscriptions[index].nextFrame)
        }
        tellResources(to: connection)
        settle(connection, at: now)
    }

    private func push(
        _ index: Int,
        of connection: ClientConnection,
        at now: ContinuousClock.Instant,
        _ plan: inout FlushPlan
    ) {
        var sent = 0
        while connection.takesPushes {
            let subscription = connection.subscriptions[index]
            guard subscription.load != nil || subscription.cursor < log.head else { return }
            if subscription.load == nil {
                let due = due(subscription, at: now)
                if due > now {
                    plan.isBehind(until: due)
                    return
                }
            }
            if sent >= Self.turnBytes {
                // A long first load goes on after others had their turn.
                plan.isBehind(until: now)
                return
            }
            let next = nextFrame(for: subscription)
            connection.subscriptions[index].cursor = next.seq
            if next.isLast { connection.subscriptions[index].load = nil }
            guard let frame = next.frame else { continue }
            connection.subscriptions[index].nextFrame = now + subscription.interval
            sent += frame.count
            statistics.documentsSent += next.documents
            // A first load tells what was committed long ago.
            let isLoad = subscription.load != nil
            let committed = isLoad ? nil : commits.moment(after: subscription.cursor)
            transmit(frame, to: connection, committed: committed)
        }
    }

    private func nextFrame(for subscription: Subscription) -> SyncFrame {
        if let load = subscription.load, load.known != nil || !load.removals.isEmpty {
            // What a client holds is its own; such a frame serves nobody else.
            var page = log.page(
                for: subscription.filter,
                after: subscription.cursor,
                emptyBelow: subscription.emptyBelow,
                known: load.known
            )
            if page.isLast {
                page.removals += log.stillMissing(load.removals, in: subscription.filter)
            }
            return SyncFrames.encode(page, subscription: subscription.number, isLoading: true)
        }
        let isBehindLoad = subscription.emptyBelow > subscription.cursor
        let key = SyncFrameKey(
            subscription: subscription.number,
            filter: subscription.filter,
            cursor: subscription.cursor,
            emptyBelow: isBehindLoad ? subscription.emptyBelow : 0,
            isLoading: subscription.load != nil
        )
        return frames.frame(for: key, from: log)
    }

    // MARK: Resources

    /// Asks for the resources anew, at most four times a second.
    func refreshResources() {
        guard !resources.isRefreshing else {
            resources.isStale = true
            return
        }
        guard !subscribers.isEmpty else {
            resources.told = nil
            return
        }
        resources.isRefreshing = true
        resources.isStale = false
        Task {
            let news = await manager.resources().document
            if news != resources.told {
                resources.told = news
                resources.version += 1
                resources.frame = WebSocketFrame(text: RPCReply.notification("resources", news))
                for connection in subscribed { tellResources(to: connection) }
            }
            try? await Task.sleep(for: .milliseconds(250))
            resources.isRefreshing = false
            if resources.isStale { refreshResources() }
        }
    }

    private func tellResources(to connection: ClientConnection) {
        guard connection.takesPushes, connection.resourcesSent != resources.version,
            let frame = resources.frame,
            connection.subscriptions.contains(where: { $0.load == nil && !$0.isHeld })
        else { return }
        connection.resourcesSent = resources.version
        transmit(frame, to: connection)
    }

    // MARK: Ticks

    func sendTicks() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: configuration.tickInterval)
            frames.forgetPages(at: clock.now)
            tick()
        }
    }

    private func tick() {
        struct Key: Hashable {
            let number: Int
            let filter: JobFilter
        }
        var ticks: [Key: WebSocketFrame] = [:]
        for connection in subscribed where connection.takesPushes {
            for subscription in connection.subscriptions
            where subscription.load == nil && subscription.cursor == log.head {
                let key = Key(number: subscription.number, filter: subscription.filter)
                let frame = ticks[key] ?? makeTick(key.number, key.filter)
                ticks[key] = frame
                if connection.takesPushes { transmit(frame, to: connection) }
            }
        }
    }

    private func makeTick(_ number: Int, _ filter: JobFilter) -> WebSocketFrame {
        let (count, digest) = log.summary(for: filter)
        let params: JSONObject = [
            "subscription": .integer(number), "seq": .integer(log.head),
            "count": .integer(count), "digest": .string(digest.description),
        ]
        return WebSocketFrame(text: RPCReply.notification("tick", params))
    }
}
