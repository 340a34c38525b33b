import Foundation
import JSON
import JobModel
import Synchronization
import TestSupport
import Testing

/// A caller that does not give up: it asks one server, then another, until its job is accepted.
private actor Writer {
    private let site: FaultSite
    private let name: String
    private var client: Client?
    private(set) var accepted: [JobID] = []
    private(set) var longestStall = Duration.zero

    init(_ site: FaultSite, name: String) {
        self.site = site
        self.name = name
    }

    /// Makes jobs, each with a name of its own, until it is told to stop.
    func work() async {
        var number = 0
        while !Task.isCancelled {
            let id = JobID(stringLiteral: "\(name)-\(number)")
            let start = ContinuousClock.now
            await make(id)
            longestStall = max(longestStall, .now - start)
            accepted.append(id)
            number += 1
            // Leaves the machine room for what the test is about.
            try? await Task.sleep(for: .milliseconds(30))
        }
    }

    private func make(_ id: JobID) async {
        while true {
            do {
                if client == nil { client = try await Client.connect(to: site.anyServer) }
                let params: JSONObject = ["task": "free", "job_id": .string(id.rawValue)]
                _ = try await client?.call("jobs.new", params)
                return
            } catch {
                await client?.close()
                client = nil
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}

/// Servers that may be killed and started again while others look for one that answers.
private final class FaultSite: Sendable {
    let site: Site
    private let servers = Mutex<[Int: ServerProcess]>([:])

    init(_ site: Site) { self.site = site }

    func start(_ number: Int) async throws {
        let server = try await site.start(number)
        servers.withLock { $0[number] = server }
    }

    subscript(_ number: Int) -> ServerProcess? { servers.withLock { $0[number] } }

    var anyServer: ServerProcess {
        get throws {
            let server = servers.withLock { $0.values.randomElement() }
            return try #require(server)
        }
    }

    func kill(_ number: Int) async {
        let server = servers.withLock { $0.removeValue(forKey: number) }
        await server?.end(SIGKILL)
    }

    func endAll() async {
        for server in servers.withLock({ Array($0.values) }) { await server.end(SIGTERM) }
    }
}

@Suite(
    "Faults: three mongod, two servers, writers and subscribers at work",
    .enabled(if: ReplicaSet.canStart, "no mongod: set JOBSYNC_MONGOD"),
    .timeLimit(.minutes(6)),
    .serialized
)
struct FaultTests {
    /// What happens to the site while all are at work.
    private enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case primaryKilled = "kill -9 of the primary"
        case leaderKilled = "kill -9 of the scheduling server"
        case primaryFrozen = "the primary frozen for 20 s"

        var testDescription: String { rawValue }
    }

    @Test("Nothing accepted is lost or run twice, and every view is right at the end")
    func faults() async throws {
        let set = try await ReplicaSet.start(nodes: 3, electionTimeout: .seconds(2))
        let tasks = ["free": Tasks.tracing(seconds: "0.05")("free")]
        let site = FaultSite(try Site(uri: Site.database(in: set.uri), tasks: tasks))
        try await site.start(0)
        try await site.start(1)
        let subscriber = try await Client.connect(to: try #require(site[1]))
        try await subscriber.subscribe()
        let writers = (0..<4).map { Writer(site, name: "w\($0)") }
        let work = writers.map { writer in Task { await writer.work() } }

        for fault in Fault.allCases {
            try await Task.sleep(for: .seconds(2))
            try await inflict(fault, on: set, site)
            // At work again: what is made from now on must get through.
            let before = await writers[0].accepted.count
            while await writers[0].accepted.count < before + 5 {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        for task in work { task.cancel() }
        for task in work { await task.value }

        var accepted: [JobID] = []
        for writer in writers { accepted += await writer.accepted }
        var clients = [subscriber]
        for number in 0..<2 {
            let client = try await Client.connect(to: try #require(site[number]))
            try await client.subscribe()
            clients.append(client)
        }
        for client in clients {
            await client.waitUntil { [accepted] view in
                accepted.allSatisfy { view.jobs[$0]?.state.isFinal == true }
            }
            try #require(await client.view.closure == nil, "\(site.site.logs())")
            let jobs = await client.view.jobs
            #expect(accepted.filter { jobs[$0]?.state != .complete } == [])
        }
        let stored = try await storedJobs(clients[1])
        for client in clients {
            await client.waitUntil { $0.jobs == stored }
            #expect(await client.view.jobs == stored)
        }
        let counts = site.site.beginnings()
        #expect(counts.values.allSatisfy { $0 == 1 }, "nothing ran twice")
        #expect(Set(counts.keys).isSuperset(of: accepted.map(\.rawValue)))
        var stall = Duration.zero
        for writer in writers { stall = max(stall, await writer.longestStall) }
        print("Faults: \(accepted.count) jobs accepted, longest stall of a caller \(stall)")
        await site.endAll()
        set.stop()
    }

    private func inflict(_ fault: Fault, on set: ReplicaSet, _ site: FaultSite) async throws {
        switch fault {
        case .primaryKilled:
            let primary = try await set.primary()
            set.signal(primary, SIGKILL)
            try await Task.sleep(for: .seconds(4))
            try await set.restart(primary)
        case .leaderKilled:
            let start = ContinuousClock.now
            await site.kill(0)
            // The other one leads when a job runs on its machine.
            let count = { (try? site.site.folders[1].text("trace").utf8.count) ?? 0 }
            let before = count()
            while count() == before { try await Task.sleep(for: .milliseconds(20)) }
            print("Faults: another server runs jobs \(ContinuousClock.now - start) after the kill")
            try await site.start(0)
        case .primaryFrozen:
            let primary = try await set.primary()
            set.signal(primary, SIGSTOP)
            try await Task.sleep(for: .seconds(20))
            set.signal(primary, SIGCONT)
        }
    }

    @Test("A change stream whose history is lost: a new snapshot, and clients stay connected")
    func historyLost() async throws {
        let set = try await ReplicaSet.start(nodes: 1, oplogMegabytes: 5)
        let tasks = ["free": Tasks.tracing(seconds: "0.01")("free")]
        let site = try Site(uri: Site.database(in: set.uri), tasks: tasks)
        let leader = try await site.start(0)
        let follower = try await site.start(1)
        let (near, far) = (
            try await Client.connect(to: leader), try await Client.connect(to: follower)
        )
        try await near.subscribe()
        try await far.subscribe()
        for id: JobID in ["a1", "a2", "a3"] {
            _ = try await near.call("jobs.new", ["task": "free", "job_id": .string(id.rawValue)])
            _ = await far.waitForEnd(of: id)
        }
        follower.signal(SIGSTOP)
        // While it sleeps, one job goes, one is changed, one comes, and all of it is overwritten in
        // what the store remembers of its history.
        _ = try await near.call("jobs.remove", ["_id": "a1"])
        _ = try await near.call("jobs.archive", ["_id": "a2"])
        _ = try await near.call("jobs.new", ["task": "free", "job_id": "b1"])
        _ = await near.waitForEnd(of: "b1")
        try await set.overwriteHistory()
        follower.signal(SIGCONT)
        await far.waitUntil { $0.jobs.keys.sorted() == ["a3", "b1"] }
        #expect(await far.view.jobs == near.view.jobs)
        #expect(await !far.view.isClosed)
        #expect(try site.folders[1].serverLog.contains("may have been missed"))
        // And it goes on to hear.
        _ = try await near.call("jobs.new", ["task": "free", "job_id": "b2"])
        #expect(await far.waitForEnd(of: "b2")?.state == .complete)
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
        set.stop()
    }
}
