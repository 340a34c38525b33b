import JobModel

/// The waiting jobs of one task, in their order and by what they need.
///
/// Those that need more than the machine has stand aside, in a line of their own.
struct TaskQueue {
    private var bySize: [Resources: WaitingLine] = [:]
    private var index = SizeIndex(upTo: .zero)
    /// Those that can start sometime.
    private var able = WaitingLine()
    /// Those that need more than the machine has.
    private var unable = WaitingLine()
    private var machine: Resources

    /// Begins empty.
    ///
    /// - Parameter machine: What jobs can need at most.
    init(machine: Resources) { self.machine = machine }

    var count: Int { able.count + unable.count }

    var isEmpty: Bool { count == 0 }

    /// The job that starts first of those that fit in what is free.
    func first(fittingIn free: Resources) -> (place: QueuePlace, id: JobID)? {
        index.first(fittingIn: free).flatMap { bySize[$0.size]?.first }
    }

    /// How many jobs that can start sometime stand before a place.
    func count(before place: QueuePlace) -> Int { able.count(before: place) }

    /// How many jobs that cannot start stand before a place.
    func unableCount(before place: QueuePlace) -> Int { unable.count(before: place) }

    /// How many jobs that need the same stand before a place.
    func count(before place: QueuePlace, needing size: Resources) -> Int {
        bySize[size]?.count(before: place) ?? 0
    }

    mutating func insert(_ id: JobID, at place: QueuePlace, needing size: Resources) {
        if size.fits(in: machine) {
            able.insert(id, at: place)
        } else {
            unable.insert(id, at: place)
        }
        bySize[size, default: WaitingLine()].insert(id, at: place)
        if bySize[size]?.first?.place == place { noteFirst(of: size) }
    }

    /// Takes a job out; place and size must be those with which it entered.
    mutating func remove(at place: QueuePlace, needing size: Resources) {
        if size.fits(in: machine) { able.remove(at: place) } else { unable.remove(at: place) }
        let wasFirst = bySize[size]?.first?.place == place
        bySize[size]?.remove(at: place)
        if wasFirst { noteFirst(of: size) }
        if bySize[size]?.isEmpty == true { bySize[size] = nil }
    }

    /// Takes in what jobs can need at most from now on.
    mutating func fit(to machine: Resources) {
        let before = self.machine
        self.machine = machine
        for (size, line) in bySize where size.fits(in: before) != size.fits(in: machine) {
            if size.fits(in: machine) {
                for (place, id) in line.members {
                    unable.remove(at: place)
                    able.insert(id, at: place)
                }
            } else {
                for (place, id) in line.members {
                    able.remove(at: place)
                    unable.insert(id, at: place)
                }
            }
        }
    }

    private mutating func noteFirst(of size: Resources) {
        if !index.covers(size) { growIndex(for: size) }
        index.set(bySize[size]?.first?.place, of: size)
    }

    /// Builds the index anew for larger jobs; its sides double at least, so this happens a few times.
    private mutating func growIndex(for size: Resources) {
        let corner = index.largest
        index = SizeIndex(
            upTo: Resources(proc: max(corner.proc, size.proc), mem: max(corner.mem, size.mem))
        )
        for (size, line) in bySize { index.set(line.first?.place, of: size) }
    }
}
