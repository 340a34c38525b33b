import JSON
import JobProtocol
import JobRecording
import WebSockets

/// Acts one connection of a recording out.
actor ReplayClient {
    /// A call under way.
    private struct Asked {
        let call: RecordedCall
        let sent: ContinuousClock.Instant
        let place: String
    }

    private let client: ReplayScript.Client
    private let copy: Int
    private let replay: Replay
    private let book: ReplayBook
    private let stage: ReplayStage
    private let socket = WebSocketClient()
    private var lastID = 0
    private var asked: [Int: Asked] = [:]
    /// Calls whose answers carry no id; they come in order.
    private var nameless: [Asked] = []
    /// How many answers are to come that the recording has too.
    private var expected = 0
    private var idle: CheckedContinuation<Void, Never>?
    private var isClosed = false
    /// Until when a job was waited for.
    private var excused: ContinuousClock.Instant?

    init(
        _ client: ReplayScript.Client,
        copy: Int,
        of replay: Replay,
        book: ReplayBook,
        on stage: ReplayStage
    ) {
        self.client = client
        self.copy = copy
        self.replay = replay
        self.book = book
        self.stage = stage
    }

    /// Connects, says all, waits for the answers, and closes, each in its time.
    func run(from begin: ContinuousClock.Instant) async {
        await act(from: begin)
        await stage.leave(client)
    }

    private func act(from begin: ContinuousClock.Instant) async {
        await waitForTurn(to: client.opened, from: begin)
        if replay.pace == .asAnswersCome { await stage.waitUntilLeft(client.predecessors) }
        guard await connect() else { return await stage.said() }
        let reader = Task { [socket] in
            for await message in socket.messages { await receive(message, at: .now) }
            closed()
        }
        for step in client.steps where !isClosed { await perform(step, from: begin) }
        await waitForAnswers()
        if isClosed, expected > 0, await socket.closure?.code == .messageTooBig {
            await book.note(
                problem: "connection \(client.number): with the ids of this replay in it, "
                    + "a message is longer than the server takes"
            )
        } else if isClosed, expected > 0 {
            let answers = expected == 1 ? "an answer" : "\(expected) answers"
            await book.note(
                difference: "connection \(client.number) was closed by the server, which still "
                    + "owed \(answers)"
            )
        }
        await stage.said()
        if replay.pace != .asAnswersCome {
            await waitForTurn(
                to: client.closed ?? replay.script.start + replay.script.duration,
                from: begin
            )
        } else if client.subscribes, !isAwaited {
            // Whoever follows jobs does so to the end, or there would be nobody to tell.
            await stage.waitUntilSilent()
        }
        await socket.close()
        await reader.value
    }

    /// Whether others came after this one had gone.
    private var isAwaited: Bool {
        guard let closing = client.closing else { return false }
        // Those who came later saw at least as many leave.
        return replay.script.clients.last.map { $0.predecessors > closing } ?? false
    }

    private func connect() async -> Bool {
        let start = ContinuousClock.now
        do throws(WebSocketClientError) {
            // Who logged in by a call does so again.
            try await socket.connectToJobsync(
                replay.address,
                token: client.logsIn ? nil : replay.token
            )
        } catch {
            await book.note(difference: "connection \(client.number): \(error)")
            return false
        }
        await book.opened(after: .now - start)
        return true
    }

    /// Waits until it is time by the plan; nil if there is none.
    @discardableResult
    private func waitForTurn(
        to time: Duration,
        from begin: ContinuousClock.Instant
    ) async -> ContinuousClock.Instant? {
        guard case .times(let speed) = replay.pace else { return nil }
        let moment = begin + (time - replay.script.start) / speed
        if moment > .now { try? await Task.sleep(until: moment) }
        return moment
    }

    // MARK: Sending

    private func perform(_ step: ReplayScript.Step, from begin: ContinuousClock.Instant) async {
        let planned = await waitForTurn(to: step.time, from: begin)
        // What waits for a job is late through no fault of the replay's, and so is what comes after.
        let late = planned.map { ContinuousClock.now - max($0, excused ?? $0) }
        let needs = step.calls.flatMap(\.needs)
        for need in needs { await book.wait(for: need, copy: copy) }
        if isWaiting(for: Set(step.calls.flatMap(\.jobs))) { await waitForAnswers() }
        if !needs.isEmpty { excused = .now }
        if replay.token == nil, step.calls.contains(where: { $0.method == Self.login }) {
            // A wrong token too often, and the server would hang up.
            return await book.skippedLogin()
        }
        let message = await message(of: step)
        do throws(WebSocketClientError) {
            try await socket.send(message)
        } catch {
            return await lose(step)
        }
        await book.sent(calls: step.calls.count, late: late)
        if replay.pace == .asAnswersCome { await waitForAnswers() }
    }

    /// Whether calls are under way that name one of these jobs; a later one could overtake them.
    private func isWaiting(for jobs: Set<String>) -> Bool {
        asked.values.contains { $0.call.outcome != nil && !jobs.isDisjoint(with: $0.call.jobs) }
    }

    private static let login = "session.authenticate"

    /// The message as this copy sends it; notes whose answers are to come.
    private func message(of step: ReplayScript.Step) async -> [UInt8] {
        var params: [JSONObject] = []
        for call in step.calls { params.append(await self.params(of: call)) }
        let sent = ContinuousClock.now
        let requests = step.message.arrayValue ?? [step.message]
        var mapped: [JSONValue] = []
        for (index, call) in step.calls.enumerated() {
            let request = requests.indices.contains(index) ? requests[index] : .null
            let ask = Asked(
                call: call,
                sent: sent,
                place: "connection \(client.number) at \(step.time / .milliseconds(1)) ms"
            )
            if call.outcome != nil { expected += 1 }
            if call.hasID {
                lastID += 1
                asked[lastID] = ask
            } else if call.isAnswered {
                nameless.append(ask)
            }
            mapped.append(renamed(request, params[index], id: call.hasID ? lastID : nil))
        }
        switch step.message {
        case .string(let text): return Array(text.utf8)
        case .array(let elements) where elements.count != mapped.count:
            return step.message.encoded
        case .array: return JSONValue.array(mapped).encoded
        default: return mapped.first?.encoded ?? []
        }
    }

    private func params(of call: RecordedCall) async -> JSONObject {
        guard call.method == Self.login, call.outcome?.result != nil, let token = replay.token
        else { return await book.params(of: call, copy: copy) }
        return ["token": .string(token)]
    }

    private func renamed(_ request: JSONValue, _ params: JSONObject, id: Int?) -> JSONValue {
        guard case .object(var members) = request else { return request }
        if let id { members["id"] = .integer(id) }
        if members["params"]?.objectValue != nil { members["params"] = .object(params) }
        return .object(members)
    }

    // MARK: Answers

    private func receive(_ message: [UInt8], at moment: ContinuousClock.Instant) async {
        guard let document = try? JSONValue(parsing: message, maximumDepth: 128) else { return }
        for one in document.arrayValue ?? [document] {
            // Pushes are the observer's to look at.
            guard one["method"] == nil, let outcome = CallOutcome(one) else { continue }
            await take(outcome, id: one["id"]?.integerValue, at: moment)
        }
    }

    private func take(
        _ outcome: CallOutcome,
        id: Int?,
        at moment: ContinuousClock.Instant
    ) async {
        let ask: Asked
        if let id, let known = asked.removeValue(forKey: id) {
            ask = known
        } else if id == nil, !nameless.isEmpty {
            ask = nameless.removeFirst()
        } else {
            return await book.strayAnswer()
        }
        await book.answered(
            ask.call,
            outcome,
            sent: ask.sent,
            came: moment,
            copy: copy,
            place: ask.place
        )
        guard ask.call.outcome != nil else { return }
        expected -= 1
        if expected == 0 { wake() }
    }

    /// Waits for all answers that the recording has too, but not for ever.
    private func waitForAnswers() async {
        guard expected > 0, !isClosed else { return }
        let alarm = Task {
            do { try await Task.sleep(for: replay.patience) } catch { return }
            await giveUp()
        }
        await withCheckedContinuation { idle = $0 }
        alarm.cancel()
    }

    private func giveUp() async {
        guard idle != nil else { return }
        for ask in Array(asked.values) + nameless where ask.call.outcome != nil {
            await book.note(difference: "\(ask.place), \(ask.call.method): no answer")
        }
        asked = [:]
        nameless = []
        expected = 0
        wake()
    }

    private func wake() {
        idle?.resume()
        idle = nil
    }

    private func lose(_ step: ReplayScript.Step) async {
        isClosed = true
        await book.note(
            difference: "connection \(client.number) was closed by the server before "
                + "\(step.calls.first?.method ?? "its end")"
        )
    }

    private func closed() {
        isClosed = true
        wake()
    }
}
