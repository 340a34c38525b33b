public import JSON
public import JobModel

/// An argument of a job that names something that is kept.
public struct NamedData: Hashable, Sendable {
    /// Which argument, such as `args.sample_id`.
    public let field: String
    /// What kind of thing it names.
    public let kind: DataKind
    /// The name as it was given.
    public let id: String

    /// The key that it is; nil if nothing can have such a name.
    public var key: DataKey? { DataKey(kind, id) }
}

extension TaskDescription {
    /// What a job's arguments name of what is kept, in the order of the description.
    ///
    /// - Parameter args: The job's arguments, checked.
    /// - Returns: One entry for each argument that names something and has a value.
    public func named(by args: JSONObject) -> [NamedData] {
        arguments.compactMap { argument in
            guard let kind = argument.names, let id = args[argument.name]?.stringValue else {
                return nil
            }
            return NamedData(field: "args.\(argument.name)", kind: kind, id: id)
        }
    }

    /// Whether its jobs look for something in a sample by an index of a reference.
    public var isAnalysis: Bool {
        let kinds = Set(arguments.compactMap(\.names))
        return kinds.isSuperset(of: [.sample, .reference])
    }
}
