import JSON
import JobModel
import JobRunning
import JobStorage
import Logging

extension JobManager {
    /// Performs a call of another server, `again` if an earlier leader may have; one that is performed
    /// already is left alone.
    func perform(_ handed: HandedCall, again: Bool = false) {
        guard !isFollowing, isReady, sharing?.performed.begin(handed.id) == true else { return }
        guard let call = LeaderCall(method: handed.method, params: handed.params) else {
            logger.warning("a call is not understood", metadata: ["method": "\(handed.method)"])
            return
        }
        let again =
            again || sharing?.isFeedCurrent == false || handed.params["again"]?.boolValue == true
        let era = era
        statistics.callsPerformed += 1
        // Begins right here, so that calls are decided on in the order in which they came.
        Task.immediate {
            let answer = await answer(to: call, from: handed.from, again: again)
            switch answer {
            case .failure(.storeUnavailable), .failure(.storeTakesNothing), .failure(.draining):
                // Whoever leads next finds it open; or this server, when it looks again.
                if era == self.era { sharing?.performed.giveUp(handed.id) }
            case .success, .failure:
                sharing?.performed.finish(handed.id)
                send(CallAnswer(id: handed.id, to: handed.from, result: answer.document))
            }
        }
    }

    /// Performs what earlier leaders have left, or the feed has not told.
    func performOpenCalls(in cluster: Cluster) async {
        do throws(JobStoreError) {
            let era = era
            let calls = try await cluster.store.openCalls()
            guard era == self.era else { return }
            for call in calls { perform(call, again: true) }
        } catch {
            logger.debug("open calls were not read", metadata: ["error": "\(error)"])
        }
    }

    private func answer(
        to call: LeaderCall,
        from origin: String,
        again: Bool
    ) async -> Result<LeaderAnswer, JobManagerError> {
        do throws(JobManagerError) {
            switch call {
            case .new(let request, let isNamedByChance):
                guard isNamedByChance else { return .success(.made(try await makeHere(request))) }
                // Nobody else can have made a job of that name.
                let answer = try await again ? makeHere(request) : make(request)
                return .success(.made(answer.made))
            case .cancel(let ids, let reason, let username):
                let cancellation = Cancellation(by: username, reason: reason)
                let answer = try await cancelHere(ids, cancellation, again: again)
                return .success(.acted(answer))
            case .limitTask(let task, let limit): try await limitHere(task, to: limit)
            case .limitResources(let proc, let mem):
                try await limitResourcesHere(proc: proc, mem: mem)
            case .facts(let facts):
                let ticket = makeTicket()
                for fact in facts { learn(fact, from: origin, ticket: ticket) }
                _ = try await outcome(of: ticket).get()
            }
            return .success(.done)
        } catch {
            return .failure(error)
        }
    }

    private func send(_ answer: CallAnswer) {
        guard sharing?.answers.append(answer) == true else { return }
        Task { await sendAnswers() }
    }

    private func sendAnswers() async {
        while let cluster, let answers = sharing?.answers.takeAll(), !answers.isEmpty {
            do throws(JobStoreError) {
                try await cluster.store.answer(answers)
            } catch {
                // The calls are still open, or will seem so, and are performed again.
                for answer in answers { sharing?.performed.reopen(answer.id) }
                logger.warning("answers were not left", metadata: ["error": "\(error)"])
            }
        }
    }
}

extension NewJobAnswer {
    /// The answer to the one who chose the id, by whomever the job was made.
    fileprivate var made: NewJobAnswer {
        NewJobAnswer(id: id, version: version, seq: seq, created: true)
    }
}
