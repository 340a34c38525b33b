import JSON

/// Documents are what some version of a task wrote; what a report does not understand it leaves out.
extension JSONValue {
    /// The text of a member; empty if there is none.
    func text(_ name: String) -> String { self[name]?.stringValue ?? "" }

    /// The number of a member.
    func figure(_ name: String) -> Double? {
        self[name]?.numberValue.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The elements of a member; none if it is no list.
    func list(_ name: String) -> [JSONValue] { self[name]?.arrayValue ?? [] }

    /// The name of a member that is a name, or an object with one.
    func named(_ name: String) -> String {
        guard let member = self[name] else { return "" }
        let own = member.text("name")
        return member.stringValue ?? (own.isEmpty ? member.text("id") : own)
    }
}
