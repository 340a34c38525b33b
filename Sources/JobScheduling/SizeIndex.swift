import JobModel

/// Finds, among jobs of many sizes, the one that comes first of those that fit in what is free.
///
/// For each size it knows the first place in the order of starting. Sizes are points in a plane of
/// cores and memory, and what fits in what is free is a rectangle at its corner. A tree halves the
/// cores bit by bit, and each of its nodes has a tree of its own that halves the memory: every
/// rectangle is a few whole nodes. To ask and to change costs the product of the two depths,
/// however many sizes there are.
struct SizeIndex {
    /// The first place of a size.
    struct Entry: Hashable {
        let place: QueuePlace
        let size: Resources

        /// Stands where there is none, behind all others.
        static let none = Entry(
            place: QueuePlace(priority: .min, arrival: .max),
            size: Resources(proc: .max, mem: .max)
        )
    }

    /// Where in its array a node stands; 0 is a node that has nothing, wherever there is none.
    private typealias Index = Int32

    /// What a node is made of, by the next bit of its cores or its memory.
    private struct Halves {
        var lower: Index = 0
        var upper: Index = 0
    }

    private struct ProcNode {
        var halves = Halves()
        /// The tree over the memory of all sizes with these cores.
        var mem: Index = 0
    }

    private struct MemNode {
        var halves = Halves()
        /// The first of all places below.
        var first = Entry.none
    }

    private let procBits: Int
    private let memBits: Int
    private var procs = NodePool(empty: ProcNode())
    private var mems = NodePool(empty: MemNode())
    private var root: Index = 0

    /// Begins without any size.
    ///
    /// - Parameter size: The largest one that it can hold.
    init(upTo size: Resources) {
        procBits = Int.bitWidth - max(0, size.proc).leadingZeroBitCount
        memBits = Int.bitWidth - max(0, size.mem).leadingZeroBitCount
    }

    /// Whether a size is within what this can hold.
    func covers(_ size: Resources) -> Bool {
        let corner = largest
        return size.proc <= corner.proc && size.mem <= corner.mem
    }

    /// The largest size that this can hold.
    var largest: Resources {
        Resources(proc: Self.largest(of: procBits), mem: Self.largest(of: memBits))
    }

    private static func largest(of bits: Int) -> Int {
        bits >= Int.bitWidth - 1 ? .max : 1 << bits - 1
    }
}

// MARK: - Asking

extension SizeIndex {
    /// The first place of all sizes that fit.
    ///
    /// - Parameter free: The cores and the memory that are free.
    /// - Returns: The place and its size, or nil if nothing fits.
    func first(fittingIn free: Resources) -> Entry? {
        guard free.proc >= 0, free.mem >= 0 else { return nil }
        let corner = Resources(
            proc: min(free.proc, largest.proc),
            mem: min(free.mem, largest.mem)
        )
        var best = Entry.none
        var node = root
        // Whatever has a 0 where the corner has a 1 lies within it as a whole.
        for bit in (0..<procBits).reversed() where node != 0 {
            let halves = procs[node].halves
            if corner.proc >> bit & 1 == 1 {
                look(in: procs[halves.lower].mem, upTo: corner.mem, &best)
                node = halves.upper
            } else {
                node = halves.lower
            }
        }
        look(in: procs[node].mem, upTo: corner.mem, &best)
        return best == .none ? nil : best
    }

    private func look(in tree: Index, upTo mem: Int, _ best: inout Entry) {
        var node = tree
        for bit in (0..<memBits).reversed() {
            // Nothing below comes before what was found already.
            guard mems[node].first.place < best.place else { return }
            let halves = mems[node].halves
            if mem >> bit & 1 == 1 {
                let lower = mems[halves.lower].first
                if lower.place < best.place { best = lower }
                node = halves.upper
            } else {
                node = halves.lower
            }
        }
        let last = mems[node].first
        if last.place < best.place { best = last }
    }
}

// MARK: - Changing

extension SizeIndex {
    /// Takes in what is now the first place of a size.
    ///
    /// - Parameters:
    ///   - place: The place, or nil if no job of that size waits.
    ///   - size: The size, which must be covered.
    mutating func set(_ place: QueuePlace?, of size: Resources) {
        precondition(covers(size), "the tree is too small for this size")
        let entry = place.map { Entry(place: $0, size: size) } ?? .none
        root = set(entry, in: root, bits: procBits, max(0, size.proc), max(0, size.mem))
    }

    /// Changes a tree over cores; returns its root, which is 0 if nothing is left.
    private mutating func set(
        _ entry: Entry,
        in node: Index,
        bits: Int,
        _ proc: Int,
        _ mem: Int
    ) -> Index {
        guard node != 0 || entry != .none else { return 0 }
        let node = node == 0 ? procs.make() : node
        var first = entry
        if bits > 0 {
            if proc >> (bits - 1) & 1 == 1 {
                let half = procs[node].halves.upper
                procs[node].halves.upper = set(entry, in: half, bits: bits - 1, proc, mem)
            } else {
                let half = procs[node].halves.lower
                procs[node].halves.lower = set(entry, in: half, bits: bits - 1, proc, mem)
            }
            let halves = procs[node].halves
            let lower = leaf(of: procs[halves.lower].mem, mem)
            let upper = leaf(of: procs[halves.upper].mem, mem)
            first = lower.place < upper.place ? lower : upper
        }
        procs[node].mem = setMem(first, in: procs[node].mem, bits: memBits, mem)
        guard procs[node].mem == 0 else { return node }
        procs.drop(node)
        return 0
    }

    /// Changes a tree over memory; returns its root, which is 0 if nothing is left.
    private mutating func setMem(
        _ entry: Entry,
        in node: Index,
        bits: Int,
        _ mem: Int
    ) -> Index {
        guard node != 0 || entry != .none else { return 0 }
        let node = node == 0 ? mems.make() : node
        var first = entry
        if bits > 0 {
            if mem >> (bits - 1) & 1 == 1 {
                let half = mems[node].halves.upper
                mems[node].halves.upper = setMem(entry, in: half, bits: bits - 1, mem)
            } else {
                let half = mems[node].halves.lower
                mems[node].halves.lower = setMem(entry, in: half, bits: bits - 1, mem)
            }
            let lower = mems[mems[node].halves.lower].first
            let upper = mems[mems[node].halves.upper].first
            first = lower.place < upper.place ? lower : upper
        }
        guard first != .none else {
            mems.drop(node)
            return 0
        }
        mems[node].first = first
        return node
    }

    /// The first place of exactly this memory within a tree.
    private func leaf(of tree: Index, _ mem: Int) -> Entry {
        var node = tree
        for bit in (0..<memBits).reversed() where node != 0 {
            let halves = mems[node].halves
            node = mem >> bit & 1 == 1 ? halves.upper : halves.lower
        }
        return mems[node].first
    }
}
