import Dispatch
import Foundation

/// Acts on signals for as long as it is held.
final class SignalWatch {
    private let source: any DispatchSourceSignal

    /// Begins to act on a signal, in place of what it does by itself.
    ///
    /// - Parameters:
    ///   - number: The signal, such as `SIGINT`.
    ///   - action: What to do.
    init(_ number: Int32, action: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: action)
        source.resume()
    }

    deinit {
        source.cancel()
    }
}
