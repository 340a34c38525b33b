import Authentication
import JSON
import JobStorage
import WebSockets

/// A connection as `connections.list` shows it.
struct ConnectionReport: Sendable {
    struct Subscription: Sendable {
        let number: Int
        let filter: JobFilter
        /// How many changes it has not been told of, at most.
        let behind: Int
    }

    let id: ConnectionID
    let username: String
    let address: String
    let openedAt: String
    let subscriptions: [Subscription]
    let bytesSent: UInt64
    let isChoked: Bool

    var document: JSONValue {
        let subscriptions = subscriptions.map { subscription -> JSONValue in
            [
                "subscription": .integer(subscription.number),
                "filter": .object(subscription.filter.document),
                "behind": .integer(subscription.behind),
            ]
        }
        return [
            "id": .integer(Int(id.rawValue)), "username": .string(username),
            "address": .string(address), "opened": .string(openedAt),
            "subscriptions": .array(subscriptions), "bytes_out": .integer(Int(bytesSent)),
            "choked": .bool(isChoked),
        ]
    }
}

extension FrontEnd {
    func listConnections() async -> [UInt8] {
        let reports = connections.values.map { connection in
            ConnectionReport(
                id: connection.id,
                username: connection.identity?.username ?? "",
                address: connection.address,
                openedAt: connection.openedAt,
                subscriptions: connection.subscriptions.map {
                    .init(
                        number: $0.number,
                        filter: $0.filter,
                        behind: max(0, log.head - $0.cursor)
                    )
                },
                bytesSent: server.bytesSent(to: connection.id),
                isChoked: connection.isChoked
            )
        }
        return await Self.encode {
            ["connections": .array(reports.sorted { $0.id < $1.id }.map(\.document))]
        }
    }
}
