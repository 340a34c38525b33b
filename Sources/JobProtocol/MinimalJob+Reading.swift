public import JSON
public import JobModel

extension MinimalJob {
    /// Reads a minimal document, as a client receives it; members that are not known are ignored.
    ///
    /// - Parameter document: An object such as `jobs.sync` puts.
    public init?(document: JSONValue) {
        guard let id = document["_id"]?.stringValue.flatMap({ JobID($0) }),
            let version = document["_version"]?.countValue,
            let task = document["task"]?.stringValue,
            let resources = Resources(
                checking: document["proc"]?.integerValue,
                document["mem"]?.integerValue
            ),
            let username = document["username"]?.stringValue,
            let added = document["added"]?.stringValue.flatMap({ Timestamp($0) }),
            let state = document["state"]?.stringValue.flatMap(JobState.init),
            let progress = document["progress"]?.numberValue
        else { return nil }
        self.init(
            id: id,
            version: version,
            task: task,
            resources: resources,
            username: username,
            archived: document["archived"]?.boolValue ?? false,
            added: added,
            state: state,
            progress: Progress.rounded(progress),
            stage: document["stage"]?.stringValue,
            updated: document["updated"]?.stringValue.flatMap { Timestamp($0) } ?? added,
            error: document["error"]?.stringValue
        )
    }
}
