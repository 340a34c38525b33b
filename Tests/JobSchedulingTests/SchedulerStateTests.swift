import JobModel
import JobScheduling
import Testing

private func request(
    _ name: String,
    task: String = "nuvs",
    proc: Int = 1,
    mem: Int = 1,
    user: String = "igboyes",
    priority: Int = 0
) -> JobRequest {
    let resources = Resources(proc: proc, mem: mem)
    let shape = JobShape(task: task, resources: resources, username: user)
    return JobRequest(id: JobID(stringLiteral: name), shape: shape, priority: priority)
}

private func start(_ names: String...) -> [SchedulerAction] {
    names.map { .start(JobID(stringLiteral: $0)) }
}

@Suite("Scheduler")
struct SchedulerStateTests {
    var state = SchedulerState(machine: Resources(proc: 4, mem: 8))

    @Test("Starts what fits at once, and the rest in order of arrival as resources become free")
    mutating func arrivalOrder() {
        #expect(state.handle(.jobArrived(request("a", proc: 3))) == start("a"))
        #expect(state.handle(.jobArrived(request("b", proc: 2))) == [])
        #expect(state.handle(.jobArrived(request("c", proc: 2))) == [])
        #expect(state.handle(.jobEnded("a")) == start("b", "c"))
        #expect(state.used == Resources(proc: 4, mem: 2))
        #expect(state.available == Resources(proc: 0, mem: 6))
    }

    @Test("Memory counts as cores do")
    mutating func memory() {
        #expect(state.handle(.jobArrived(request("a", mem: 8))) == start("a"))
        #expect(state.handle(.jobArrived(request("b", mem: 1))) == [])
        #expect(
            state.report(on: "b")?.reason == .resources(short: Resources(proc: 0, mem: 1))
        )
    }

    @Test("A job held back by its task's limit does not block another")
    mutating func limitBlocksNobodyElse() {
        _ = state.handle(.taskLimitChanged(task: "nuvs", limit: 1))
        #expect(state.handle(.jobArrived(request("a"))) == start("a"))
        #expect(state.handle(.jobArrived(request("b"))) == [])
        #expect(state.handle(.jobArrived(request("c", task: "add_host"))) == start("c"))
        #expect(state.report(on: "b")?.reason == .taskLimit(running: 1, limit: 1))
        #expect(state.taskCounts == ["nuvs": 1, "add_host": 1])
        #expect(state.handle(.jobEnded("a")) == start("b"))
    }

    @Test("A job that lacks resources is passed by one that fits")
    mutating func smallPassesBig() {
        _ = state.handle(.jobArrived(request("a", proc: 3)))
        #expect(state.handle(.jobArrived(request("big", proc: 4))) == [])
        #expect(state.handle(.jobArrived(request("small", proc: 1))) == start("small"))
    }

    @Test("A higher priority starts first, equal ones in order of arrival")
    mutating func priority() {
        _ = state.handle(.jobArrived(request("a", proc: 4)))
        _ = state.handle(.jobArrived(request("low", proc: 2, priority: -1)))
        _ = state.handle(.jobArrived(request("first", proc: 2)))
        _ = state.handle(.jobArrived(request("second", proc: 2)))
        _ = state.handle(.jobArrived(request("high", proc: 2, priority: 5)))
        #expect(state.report(on: "high")?.position == 1)
        #expect(state.report(on: "low")?.position == 4)
        #expect(state.handle(.jobEnded("a")) == start("high", "first"))
        #expect(state.handle(.jobEnded("first")) == start("second"))
        #expect(state.handle(.jobEnded("high")) == start("low"))
    }

    @Test("A limit of 0 pauses a task, and a higher one lets its jobs go on")
    mutating func pausedTask() {
        _ = state.handle(.taskLimitChanged(task: "nuvs", limit: 0))
        #expect(state.handle(.jobArrived(request("a"))) == [])
        #expect(state.report(on: "a")?.reason == .paused)
        #expect(state.handle(.taskLimitChanged(task: "nuvs", limit: nil)) == start("a"))
    }

    @Test("Stopped starting holds everything back")
    mutating func pausedStarting() {
        #expect(state.handle(.startingPaused(true)) == [])
        #expect(state.handle(.jobArrived(request("a"))) == [])
        #expect(state.report(on: "a")?.reason == .paused)
        #expect(state.handle(.startingPaused(false)) == start("a"))
    }

    @Test("A machine made smaller stops nothing and starts nothing until there is room")
    mutating func smallerMachine() {
        _ = state.handle(.jobArrived(request("a", proc: 3)))
        #expect(state.handle(.machineChanged(Resources(proc: 2, mem: 8))) == [])
        #expect(state.available == Resources(proc: 0, mem: 7))
        #expect(state.handle(.jobArrived(request("b", proc: 1))) == [])
        #expect(
            state.report(on: "b")?.reason == .resources(short: Resources(proc: 2, mem: 0))
        )
        #expect(state.handle(.jobEnded("a")) == start("b"))
        #expect(!state.canEverFit(Resources(proc: 3, mem: 1)))
    }

    @Test("A job that needs more than a smaller machine has says so, and starts on a larger one")
    mutating func unschedulable() throws {
        _ = state.handle(.jobArrived(request("a", proc: 4)))
        _ = state.handle(.jobArrived(request("big", proc: 3, mem: 6)))
        _ = state.handle(.jobArrived(request("small", proc: 2)))
        _ = state.handle(.machineChanged(Resources(proc: 2, mem: 4)))
        let report = try #require(state.report(on: "big"))
        #expect(report.reason == .unschedulable(short: Resources(proc: 1, mem: 2)))
        #expect(report.line == .task)
        #expect(report.position == 1)
        #expect(state.report(on: "small")?.line == .queue)
        #expect(state.report(on: "small")?.position == 1)
        #expect(state.handle(.jobEnded("a")) == start("small"))
        #expect(state.handle(.jobEnded("small")) == [])
        #expect(state.handle(.machineChanged(Resources(proc: 3, mem: 6))) == start("big"))
    }

    @Test("A machine without cores or memory starts nothing, not even what asks for none")
    mutating func machineThatStartsNothing() {
        _ = state.handle(.machineChanged(Resources(proc: 0, mem: 8)))
        #expect(state.handle(.jobArrived(request("a", proc: 0))) == [])
        #expect(state.handle(.jobArrived(request("b", proc: 2))) == [])
        #expect(
            state.report(on: "b")?.reason == .resources(short: Resources(proc: 2, mem: 0))
        )
        #expect(state.report(on: "b")?.line == .queue)
        #expect(state.handle(.machineChanged(Resources(proc: 4, mem: 0))) == [])
        #expect(state.handle(.machineChanged(Resources(proc: 4, mem: 8))) == start("a", "b"))
    }

    @Test("Whom its task's limit holds is counted among its task's jobs only")
    mutating func positions() throws {
        _ = state.handle(.taskLimitChanged(task: "held", limit: 0))
        for name in ["h1", "h2"] { _ = state.handle(.jobArrived(request(name, task: "held"))) }
        _ = state.handle(.jobArrived(request("a", proc: 4)))
        _ = state.handle(.jobArrived(request("b", proc: 2)))
        _ = state.handle(.jobArrived(request("c", task: "add_host", proc: 3)))
        let held = try #require(state.report(on: "h2"))
        #expect((held.line, held.position) == (.task, 2))
        let next = try #require(state.report(on: "b"))
        #expect((next.line, next.position) == (.queue, 1))
        #expect(state.report(on: "c")?.position == 2)
        #expect(state.handle(.jobEnded("a")) == start("b"))
        _ = state.handle(.taskLimitChanged(task: "held", limit: nil))
        #expect(state.report(on: "h2") == nil)
    }

    @Test("Jobs behind others of their shape say so, with how many")
    mutating func behind() {
        _ = state.handle(.jobArrived(request("a", proc: 4)))
        for name in ["b", "c", "d"] { _ = state.handle(.jobArrived(request(name, proc: 2))) }
        #expect(
            state.report(on: "b")?.reason == .resources(short: Resources(proc: 2, mem: 0))
        )
        #expect(state.report(on: "d")?.reason == .behind(ahead: 2))
        #expect(state.report(on: "d")?.position == 3)
        #expect(state.handle(.jobWithdrawn("b")) == [])
        #expect(state.report(on: "d")?.position == 2)
        #expect(state.report(on: "b") == nil)
    }

    @Test("Jobs found running hold their resources and count for their task")
    mutating func found() {
        #expect(state.handle(.jobFoundRunning(request("a", proc: 4))) == [])
        #expect(state.handle(.jobArrived(request("b"))) == [])
        #expect(state.taskCounts == ["nuvs": 1])
        #expect(state.handle(.jobEnded("a")) == start("b"))
    }

    @Test("Events about unknown or known jobs change nothing")
    mutating func strayEvents() {
        #expect(state.handle(.jobEnded("x")) == [])
        #expect(state.handle(.jobWithdrawn("x")) == [])
        #expect(state.handle(.jobArrived(request("a"))) == start("a"))
        #expect(state.handle(.jobArrived(request("a"))) == [])
        #expect(state.handle(.jobWithdrawn("a")) == [])
        #expect(state.used == Resources(proc: 1, mem: 1))
        #expect(state.waitingCount == 0)
    }
}
