import JSON
import JobManagement
import JobModel
import JobProtocol
import JobStorage
import Testing

@testable import JobSync

/// A client that reads the log as the front end has clients read it, and keeps a view.
struct ModelClient {
    /// What is held of a job: its version, and which job of that id it is.
    struct Held: Hashable {
        let version: Int
        let added: Timestamp

        init(_ job: MinimalJob) {
            version = job.version
            added = job.added
        }
    }

    let filter: JobFilter
    var view: [JobID: Held] = [:]
    var cursor = 0
    var emptyBelow = 0
    var load: Subscription.Load?
    var epoch = ""

    init(filter: JobFilter, log: ChangeLog) {
        self.filter = filter
        connect(to: log, withManifest: false)
    }

    /// Connects anew, by position if that will do, else by manifest or from nothing.
    mutating func connect(to log: ChangeLog, withManifest: Bool) {
        if !epoch.isEmpty, load == nil, log.canResume(epoch: epoch, seq: cursor) {
            emptyBelow = cursor
            load = Subscription.Load()
        } else if withManifest {
            let gone = log.stillMissing(Array(view.keys), in: filter)
            load = Subscription.Load(
                known: view.mapValues(\.version),
                removals: gone.sorted()
            )
            cursor = 0
            emptyBelow = log.head
        } else {
            view = [:]
            load = Subscription.Load()
            cursor = 0
            emptyBelow = log.head
        }
        epoch = log.epoch
    }

    /// Reads one page, and checks what every page promises.
    mutating func read(_ log: ChangeLog) throws {
        var page = log.page(
            for: filter,
            after: cursor,
            emptyBelow: emptyBelow,
            known: load?.known
        )
        if page.isLast { page.removals += log.stillMissing(load?.removals ?? [], in: filter) }
        let puts = try JSONValue(parsing: [UInt8(ascii: "[")] + page.puts + [UInt8(ascii: "]")])
        for document in puts.arrayValue ?? [] {
            let job = try #require(MinimalJob(document: document))
            #expect(filter.admits(job))
            if let held = view[job.id] {
                #expect(job.added >= held.added, "a removed job never comes back")
                #expect(
                    job.added > held.added || job.version >= held.version,
                    "versions never go back"
                )
            }
            view[job.id] = Held(job)
        }
        for id in page.removals { view[id] = nil }
        #expect(page.seq >= cursor)
        cursor = page.seq
        if page.isLast { load = nil }
    }

    /// Up to where it knows which jobs are gone, as the front end reckons.
    var toldOfRemovals: Int { max(cursor, emptyBelow) }

    var isInStep: Bool { load == nil }
}
