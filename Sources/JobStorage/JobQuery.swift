public import JSON
public import JobModel

/// Which jobs are meant.
public struct JobFilter: Hashable, Sendable {
    /// Only these tasks, if any are named.
    public var tasks: Set<ExactText>?
    /// Only these states.
    public var states: Set<JobState>?
    /// Only jobs of these users.
    public var usernames: Set<ExactText>?
    /// Only these jobs.
    public var ids: Set<JobID>?
    /// Only archived jobs, or only others.
    public var archived: Bool?

    /// Makes a filter; what is nil is not looked at.
    ///
    /// - Parameters:
    ///   - tasks: Only these tasks.
    ///   - states: Only these states.
    ///   - usernames: Only jobs of these users.
    ///   - ids: Only these jobs.
    ///   - archived: Only archived jobs, or only others.
    public init(
        tasks: Set<ExactText>? = nil,
        states: Set<JobState>? = nil,
        usernames: Set<ExactText>? = nil,
        ids: Set<JobID>? = nil,
        archived: Bool? = nil
    ) {
        self.tasks = tasks
        self.states = states
        self.usernames = usernames
        self.ids = ids
        self.archived = archived
    }

    /// Whether a job is meant.
    public func admits(_ job: MinimalJob) -> Bool {
        tasks?.contains(ExactText(job.task)) != false
            && states?.contains(job.state) != false
            && usernames?.contains(ExactText(job.username)) != false
            && ids?.contains(job.id) != false
            && (archived == nil || archived == job.archived)
    }
}

/// The order of the jobs that were found; equal dates are ordered by id, in the same direction.
public enum JobSortOrder: String, Hashable, Sendable, CaseIterable {
    /// Oldest first.
    case added
    /// Newest first.
    case addedDescending = "-added"
    /// The longest unchanged first.
    case updated
    /// The last changed first.
    case updatedDescending = "-updated"

    /// Whether later dates come first.
    public var isDescending: Bool { self == .addedDescending || self == .updatedDescending }

    /// The date that is looked at.
    public func date(of job: MinimalJob) -> Timestamp {
        switch self {
        case .added, .addedDescending: job.added
        case .updated, .updatedDescending: job.updated
        }
    }
}

/// A question for a page of jobs.
public struct JobQuery: Hashable, Sendable {
    /// Which jobs.
    public var filter: JobFilter
    /// In which order.
    public var sort: JobSortOrder
    /// How many at most.
    public var limit: Int
    /// Where the page before ended.
    public var after: JobPage.Mark?

    /// Makes a question.
    ///
    /// - Parameters:
    ///   - filter: Which jobs.
    ///   - sort: In which order.
    ///   - limit: How many at most.
    ///   - after: Where the page before ended.
    public init(
        filter: JobFilter = JobFilter(),
        sort: JobSortOrder = .addedDescending,
        limit: Int = 100,
        after: JobPage.Mark? = nil
    ) {
        self.filter = filter
        self.sort = sort
        self.limit = limit
        self.after = after
    }
}

/// A page of the jobs that were found.
public struct JobPage: Hashable, Sendable {
    /// The last job of a page, by what it was sorted by; clients hand its text back as it is.
    public struct Mark: Hashable, Sendable, CustomStringConvertible {
        /// The date that the order looks at.
        public let date: Timestamp
        /// The id that decides between equal dates.
        public let id: JobID

        /// Marks a job.
        ///
        /// - Parameters:
        ///   - date: The date that the order looks at.
        ///   - id: The job's name.
        public init(date: Timestamp, id: JobID) {
            self.date = date
            self.id = id
        }

        /// Reads a mark back from its text.
        public init?(_ text: String) {
            let parts = text.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let microseconds = Int(parts[0]), let id = JobID(parts[1])
            else { return nil }
            self.init(date: Timestamp(microseconds: microseconds), id: id)
        }

        /// The mark as text.
        public var description: String { "\(date.microseconds).\(id)" }
    }

    /// The jobs in the order of the query.
    public let jobs: [MinimalJob]
    /// Where the next page begins, or nil if this is the last.
    public let after: Mark?

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - jobs: The jobs in the order of the query.
    ///   - after: Where the next page begins.
    public init(jobs: [MinimalJob], after: Mark?) {
        self.jobs = jobs
        self.after = after
    }
}
