import JSON
import JobModel
import JobRunning
import JobStorage
import Logging

extension JobManager {
    // MARK: Requests

    func handOverNew(_ request: NewJob) async throws(JobManagerError) -> NewJobAnswer {
        try checkReady()
        guard !isDraining else { throw .draining }
        var request = request
        let isNamedByChance = request.id == nil
        // Chosen before the call is left, so that performing it twice makes one job.
        if isNamedByChance { request.id = .random(using: &generator) }
        let answer = try await handOver(.new(request, isNamedByChance: isNamedByChance)).get()
        guard case .made(let made) = answer else { throw .storeUnavailable }
        return made
    }

    func handOverCancel(
        of ids: [JobID],
        _ cancellation: Cancellation
    ) async throws(JobManagerError) -> JobActionAnswer {
        let call = LeaderCall.cancel(
            ids,
            reason: cancellation.reason,
            by: cancellation.username
        )
        let answer = try await handOver(call).get()
        guard case .acted(let acted) = answer else { throw .storeUnavailable }
        return acted
    }

    // MARK: Calls

    /// Leaves a call for the leader and waits for the answer; it is `storeUnavailable` if there is none in time.
    func handOver(_ call: LeaderCall) async -> WaitingCalls.Answer {
        guard let cluster, isReady else { return .failure(.storeUnavailable) }
        statistics.callsHandedOver += 1
        let deadline = cluster.time.now() + cluster.callTimeout
        return await withCheckedContinuation { continuation in
            leave(
                WaitingCalls.Entry(call: call, deadline: deadline, continuation: continuation),
                again: false
            )
        }
    }

    private func leave(_ entry: WaitingCalls.Entry, again: Bool) {
        let id = String(UInt64.random(in: .min ... .max, using: &generator), radix: 36)
        var params = entry.call.params
        if again { params["again"] = true }
        let call = HandedCall(
            id: "\(server ?? "")-\(id)",
            from: server ?? "",
            method: entry.call.method,
            params: .object(params)
        )
        sharing?.calls.add(entry, as: call.id)
        guard sharing?.calls.toSend.append(call) == true else { return }
        Task { await sendCalls() }
    }

    private func sendCalls() async {
        while let cluster, let calls = sharing?.calls.toSend.takeAll(), !calls.isEmpty {
            do throws(JobStoreError) {
                try await cluster.store.handOver(calls)
                sharing?.calls.noteSent(calls.map(\.id))
            } catch {
                logger.warning("calls were not handed over", metadata: ["error": "\(error)"])
                for call in calls { giveUp(call.id, sharing?.calls.remove(call.id)) }
            }
        }
    }

    /// Takes in the leader's answer.
    func resume(_ answer: CallAnswer) {
        if let entry = sharing?.calls.remove(answer.id) {
            entry.continuation.resume(returning: WaitingCalls.Answer(document: answer.result))
        }
        clear(answer.id)
    }

    /// Tells callers that nobody has answered for too long.
    func giveUpCalls(at now: ContinuousClock.Instant) {
        for (id, entry) in sharing?.calls.removeExpired(at: now) ?? [] { giveUp(id, entry) }
    }

    private func giveUp(_ id: String, _ entry: WaitingCalls.Entry?) {
        entry?.continuation.resume(returning: .failure(.storeUnavailable))
        clear(id)
    }

    private func clear(_ id: String) {
        guard sharing?.calls.toClear.append(id) == true else { return }
        Task { await clearCalls() }
    }

    private func clearCalls() async {
        while let cluster, let calls = sharing?.calls.toClear.takeAll(), !calls.isEmpty {
            do throws(JobStoreError) {
                try await cluster.store.withdrawCalls(calls)
            } catch {
                // The store forgets them by itself in the end; whoever performs them does no harm.
                logger.debug("calls were not cleared away", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Asks once more what the answers were that a feed has not told.
    func repeatMissedCalls(in cluster: Cluster) async throws(JobStoreError) {
        guard let count = sharing?.calls.count, count > 0 else { return }
        let open = Set(try await cluster.store.openCalls().map(\.id))
        for entry in sharing?.calls.removeAnswered(open: open) ?? [] { leave(entry, again: true) }
    }

    // MARK: Facts

    /// How many facts are handed over together.
    private static let factLimit = 256

    /// Hands over what was learned of jobs on this machine, in order, until the leader has it.
    func sendFacts() {
        guard isFollowing, isReady, !heldFacts.isEmpty, sharing?.isSendingFacts == false else {
            return
        }
        sharing?.isSendingFacts = true
        Task {
            while isFollowing, isReady, !heldFacts.isEmpty {
                // That a job was not started was heard before its runner was told to take it up again.
                let facts = heldFacts.takeBatch(limit: Self.factLimit).filter { !$0.isNotStarted }
                sharing?.factsUnderway = facts
                await settle(facts, await handOver(.facts(facts)))
                sharing?.factsUnderway = []
            }
            sharing?.isSendingFacts = false
            if isReady, !isFollowing { learnHeldFacts() }
        }
    }

    private func settle(_ facts: [JobFact], _ answer: WaitingCalls.Answer) async {
        guard case .success = answer else {
            heldFacts.putBack(facts)
            try? await Task.sleep(for: .milliseconds(200))
            return
        }
        for fact in facts {
            if case .ended = fact.content { effectSink.yield(.forget(fact.id)) }
        }
    }
}

extension JobFact {
    fileprivate var isNotStarted: Bool { if case .notStarted = content { true } else { false } }
}
