import JSON
import JobProtocol
import WebSockets

extension FrontEnd {
    func succeed(_ address: ReplyAddress, method: String, _ result: JSONValue) {
        statistics.count(method, nil, clock.now - address.since)
        reply(address) { RPCReply.append(result: result, id: $1, to: &$0) }
    }

    /// Answers with a result that is JSON already.
    func succeed(_ address: ReplyAddress, method: String, encoded result: [UInt8]) {
        statistics.count(method, nil, clock.now - address.since)
        reply(address) { RPCReply.append(encoded: result, id: $1, to: &$0) }
    }

    /// Writes a result that may be long away from the network's thread.
    @concurrent
    static func encode(_ value: @Sendable () -> JSONValue) async -> [UInt8] { value().encoded }

    func fail(_ address: ReplyAddress, method: String, _ error: RPCError) {
        // The names of methods that there are not are the callers' own, and any number.
        let known = ExposedMethod.named[method] == nil ? "" : method
        statistics.count(known, error, clock.now - address.since)
        reply(address) { RPCReply.append(error: error, id: $1, to: &$0) }
    }

    private func reply(_ address: ReplyAddress, _ write: (inout [UInt8], RPCID) -> Void) {
        var message: [UInt8] = []
        if let id = address.id { write(&message, id) }
        if let batch = address.batch {
            collect(message, in: batch)
        } else if !message.isEmpty {
            answer(message, to: address.connection, isCostly: address.isCostly)
        }
        if address.batch == nil { release(address.connection) }
    }

    private func collect(_ answer: [UInt8], in number: Int) {
        guard let batch = batches.append(answer, to: number) else { return }
        if !batch.answers.isEmpty {
            let message = batch.answers + [UInt8(ascii: "]")]
            self.answer(message, to: batch.connection, isCostly: batch.isCostly)
        }
        release(batch.connection)
    }

    /// Lets subscriptions begin whose calls are answered.
    private func release(_ id: ConnectionID) {
        guard let connection = connections[id],
            connection.subscriptions.contains(where: \.isHeld)
        else { return }
        for index in connection.subscriptions.indices {
            connection.subscriptions[index].isHeld = false
        }
        push(to: connection)
        if resources.told == nil { refreshResources() }
    }
}
