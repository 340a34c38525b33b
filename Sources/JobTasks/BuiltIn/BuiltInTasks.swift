/// The tasks that are written in Swift.
package enum BuiltInTasks {
    package static var all: [any JobTask.Type] {
        [
            AddHost.self, RebuildIndex.self, CreateSample.self, PathoscopeBowtie.self,
            PathoscopeSnap.self, NuVs.self,
        ]
    }

    /// The task of that name.
    package static func named(_ name: String) -> (any JobTask.Type)? {
        all.first { $0.description.name == name }
    }
}

extension JobTask {
    /// The description, with what the task lacks on this machine.
    static func checkedDescription() -> TaskDescription {
        var description = description
        description.unavailable = Tools.missing(among: tools)
        return description
    }
}
