import JobStorage

/// Settings that were decided and wait to be committed, the newest value of each.
///
/// All of them go with the next batch of jobs' changes: so none is durable later than what it has
/// let happen, and two of one name cannot overtake each other.
struct PendingSettings {
    private var changes: [String: SettingChange] = [:]
    private var tickets: [CommitTicket.ID] = []

    var isEmpty: Bool { changes.isEmpty }

    /// The values, in the order of their names.
    var values: [SettingChange] { changes.values.sorted { $0.name < $1.name } }

    /// Who waits until all of them are durable.
    var waiting: [CommitTicket.ID] { tickets }

    mutating func append(_ change: SettingChange, ticket: CommitTicket.ID? = nil) {
        changes[change.name] = change
        if let ticket { tickets.append(ticket) }
    }

    /// Takes everything out.
    mutating func take() -> PendingSettings {
        defer { self = PendingSettings() }
        return self
    }

    /// Puts settings back that were not committed; what was decided since counts.
    mutating func putBack(_ older: PendingSettings) {
        changes.merge(older.changes) { newer, _ in newer }
        tickets = older.tickets + tickets
    }
}
