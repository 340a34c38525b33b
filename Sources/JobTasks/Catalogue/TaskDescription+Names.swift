public import JSON
public import JobModel

/// An argument of a job that names something that is kept.
public struct NamedData: Hashable, Sendable {
    /// Which argument, such as `args.sample_id` or `args.subtractions[0]`.
    public let field: String
    /// What kind of thing it names.
    public let kind: DataKind
    /// The name as it was given.
    public let id: String
    /// Whether it is one of a list.
    public let isListed: Bool

    /// The key that it is; nil if nothing can have such a name.
    public var key: DataKey? { DataKey(kind, id) }
}

extension TaskDescription {
    /// What a job's arguments name of what is kept, in the order of the description.
    ///
    /// - Parameter args: The job's arguments, checked.
    /// - Returns: One entry for each argument that names something and has a value, and for each
    ///   element of one that is a list.
    public func named(by args: JSONObject) -> [NamedData] {
        arguments.flatMap { argument -> [NamedData] in
            guard let kind = argument.names, let value = args[argument.name] else { return [] }
            let field = "args.\(argument.name)"
            if let id = value.stringValue {
                return [NamedData(field: field, kind: kind, id: id, isListed: false)]
            }
            return (value.arrayValue ?? []).enumerated().compactMap { index, element in
                element.stringValue.map {
                    NamedData(field: "\(field)[\(index)]", kind: kind, id: $0, isListed: true)
                }
            }
        }
    }

    /// Whether its jobs look for something in a sample by an index of a reference.
    public var isAnalysis: Bool {
        let kinds = Set(arguments.compactMap(\.names))
        return kinds.isSuperset(of: [.sample, .reference])
    }
}
