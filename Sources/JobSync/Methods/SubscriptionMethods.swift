import JSON
import JobManagement
import JobModel
import JobProtocol
import JobStorage

extension ExposedMethod {
    static let subscriptionMethods = [
        deferred("jobs.subscribe", ["filter", "resume", "manifest", "interval"]) {
            (frontEnd, call) async throws(RPCError) in
            if let resume = try frontEnd.resumePosition(call.params) {
                await frontEnd.waitForLog(upTo: resume.seq, in: resume.epoch)
            }
            return try frontEnd.subscribe(call)
        },
        immediate("jobs.unsubscribe", ["subscription"]) { (frontEnd, call) throws(RPCError) in
            try frontEnd.unsubscribe(call)
        },
    ]
}

extension FrontEnd {
    private static let longestInterval = 60_000

    fileprivate func subscribe(_ call: Call) throws(RPCError) -> JSONValue {
        let params = call.params
        let filter = try JobFilter(params: try params.optionalObject("filter"))
        let resume = try resumePosition(params)
        let manifest = try manifest(params)
        let interval = try params.optionalInteger("interval", in: 0...Self.longestInterval)
        guard let connection = connections[call.connection] else { return .null }
        guard connection.subscriptions.count < configuration.limits.subscriptions else {
            throw RPCError(
                .rateLimited,
                "a connection has at most \(configuration.limits.subscriptions) subscriptions"
            )
        }
        connection.lastSubscription += 1
        let start = start(resume: resume, manifest: manifest, filter: filter)
        connection.subscriptions.append(
            Subscription(
                number: connection.lastSubscription,
                filter: filter,
                interval: interval.map { .milliseconds($0) } ?? configuration.flushInterval,
                emptyBelow: start.emptyBelow,
                cursor: start.cursor,
                load: start.load,
                nextFrame: clock.now
            )
        )
        subscribers.insert(connection.id)
        loners.insert(connection.id)
        // Whoever subscribes is told of the resources anew.
        connection.resourcesSent = 0
        return [
            "subscription": .integer(connection.lastSubscription),
            "epoch": .string(log.epoch),
            "seq": .integer(log.head),
            "mode": .string(start.mode),
            "count": .integer(log.summary(for: filter).count),
        ]
    }

    /// Waits a moment for a position that another server has told before this one has heard of it.
    fileprivate func waitForLog(upTo seq: Int, in epoch: String) async {
        guard manager.sharesStore, epoch == log.epoch, seq > log.head else { return }
        let deadline = clock.now + .seconds(2)
        let timeout = Task {
            try? await Task.sleep(until: deadline, clock: clock)
            wakeHeadWaiters()
        }
        while seq > log.head, clock.now < deadline {
            await withCheckedContinuation { headWaiters.append($0) }
        }
        timeout.cancel()
    }

    func wakeHeadWaiters() {
        let waiters = headWaiters
        headWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    private struct Start {
        let mode: String
        let cursor: Int
        let emptyBelow: Int
        let load: Subscription.Load
    }

    /// From where on a client must be told, by what it says that it holds.
    private func start(
        resume: (epoch: String, seq: Int)?,
        manifest: [JobID: Int]?,
        filter: JobFilter
    ) -> Start {
        if let resume, log.canResume(epoch: resume.epoch, seq: resume.seq) {
            return Start(
                mode: "delta",
                cursor: resume.seq,
                emptyBelow: resume.seq,
                load: Subscription.Load()
            )
        }
        guard let manifest else {
            return Start(
                mode: "snapshot",
                cursor: 0,
                emptyBelow: frames.beginLoad(of: log, at: clock.now),
                load: Subscription.Load()
            )
        }
        let gone = log.stillMissing(Array(manifest.keys), in: filter)
        return Start(
            mode: "diff",
            cursor: 0,
            emptyBelow: log.head,
            load: Subscription.Load(known: manifest, removals: gone.sorted())
        )
    }

    fileprivate func resumePosition(
        _ params: ParamsReader
    ) throws(RPCError) -> (epoch: String, seq: Int)? {
        guard let resume = try params.optionalObject("resume") else { return nil }
        let reader = try ParamsReader(resume, path: "resume.", allowed: ["epoch", "seq"])
        guard let seq = try reader.optionalInteger("seq", in: 0...(.max)) else {
            throw reader.missing("seq")
        }
        return (try reader.string("epoch"), seq)
    }

    private func manifest(_ params: ParamsReader) throws(RPCError) -> [JobID: Int]? {
        guard let members = try params.optionalObject("manifest") else { return nil }
        var manifest: [JobID: Int] = [:]
        for (text, value) in members {
            guard let id = JobID(text) else {
                throw .invalidParams("manifest.\(text)", "is no job id")
            }
            guard let version = value.integerValue else {
                throw .invalidParams("manifest.\(text)", "must be a version, not \(value.typeName)")
            }
            manifest[id] = version
        }
        return manifest
    }

    fileprivate func unsubscribe(_ call: Call) throws(RPCError) -> JSONValue {
        guard let number = try call.params.optionalInteger("subscription", in: 1...(.max)) else {
            throw call.params.missing("subscription")
        }
        guard let connection = connections[call.connection] else { return .null }
        guard let index = connection.subscriptions.firstIndex(where: { $0.number == number })
        else {
            throw RPCError(
                .notFound,
                "there is no subscription \(number) on this connection",
                details: ["subscription": .integer(number)]
            )
        }
        leaveGroup(index, of: connection)
        connection.subscriptions.remove(at: index)
        if connection.subscriptions.isEmpty { subscribers.remove(connection.id) }
        return true
    }
}
