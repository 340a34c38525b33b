import Dispatch
import Foundation
import JSON
import JobModel
import Synchronization

/// Jobs as a table that fills the terminal and follows every change.
final class WatchScreen: Sendable {
    private struct State {
        var content: WatchContent
        /// The jobs, if they changed since they were drawn.
        var changed: [JobID: MinimalJob]?
        var top = 0
        var hasPlannedDrawing = false
    }

    /// However much changes, so often is it drawn.
    private static let frame = DispatchTimeInterval.milliseconds(100)

    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "jobsync.screen")

    init(address: ServerAddress) {
        state = Mutex(State(content: WatchContent(address: "\(address)")))
    }

    /// Shows what a follower tells, until the user leaves.
    func follow(_ follower: JobFollower) async throws(CommandFailure) {
        let terminal = RawTerminal()
        let watches = watchKeysAndSignals(terminal)
        defer { withExtendedLifetime(watches) {} }
        let clock = DispatchSource.makeTimerSource(queue: queue)
        clock.schedule(deadline: .now(), repeating: 1)
        clock.setEventHandler { self.draw() }
        clock.resume()
        defer { clock.cancel() }
        while true {
            let event: JobFollower.Event
            do throws(CommandFailure) {
                event = try await follower.next()
            } catch {
                terminal.restore()
                throw error
            }
            note(event, jobs: follower.view.jobs)
            planDrawing()
        }
    }

    private func note(_ event: JobFollower.Event, jobs: [JobID: MinimalJob]) {
        state.withLock { state in
            switch event {
            case .changed(_, let completing):
                state.content.isLoaded = state.content.isLoaded || completing
                state.changed = jobs
                state.content.loss = nil
            case .resources(let resources): state.content.resources = .object(resources)
            case .lost(let loss, let pause):
                let end = Timestamp.now + pause
                state.content.loss = WatchContent.Loss(reason: loss.reason, retry: end)
            case .pushed: break
            }
        }
    }

    // MARK: Drawing

    private func planDrawing() {
        let isFirst = state.withLock { state in
            defer { state.hasPlannedDrawing = true }
            return !state.hasPlannedDrawing
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + Self.frame) { self.draw() }
    }

    private func draw() {
        let size = Terminal.size
        let lines = state.withLock { state in
            state.hasPlannedDrawing = false
            if let changed = state.changed {
                state.content.jobs = WatchContent.sorted(changed.values)
                state.changed = nil
            }
            let room = max(1, size.rows - WatchContent.frameRows)
            state.top = max(0, min(state.top, state.content.jobs.count - room))
            return state.content.lines(
                columns: size.columns,
                rows: size.rows,
                from: state.top,
                now: .now,
                hasColour: Terminal.hasColour
            )
        }
        // Line over line without clearing first, so that nothing flickers.
        let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        Output.text("\u{1B}[H\(text)\u{1B}[J")
    }

    // MARK: Keys

    private func watchKeysAndSignals(_ terminal: RawTerminal) -> [Any] {
        let leave: @Sendable () -> Void = {
            terminal.restore()
            exit(CommandStatus.success.rawValue)
        }
        let keys = terminal.readKeys { key in
            switch key {
            case .leave: leave()
            case .up: self.scroll(by: -1)
            case .down: self.scroll(by: 1)
            case .pageUp: self.scroll(by: -(Terminal.size.rows - WatchContent.frameRows))
            case .pageDown: self.scroll(by: Terminal.size.rows - WatchContent.frameRows)
            case .home: self.scroll(by: -1_000_000)
            case .end: self.scroll(by: 1_000_000)
            }
        }
        let redraw: @Sendable () -> Void = { self.planDrawing() }
        return [
            keys, SignalWatch(SIGINT, action: leave), SignalWatch(SIGTERM, action: leave),
            SignalWatch(SIGHUP, action: leave), SignalWatch(SIGWINCH, action: redraw),
        ]
    }

    private func scroll(by rows: Int) {
        state.withLock { $0.top = max(0, $0.top + rows) }
        planDrawing()
    }
}
