/// A tree's nodes in one array, whose places are used again; the one at 0 stays empty.
struct NodePool<Node: Sendable>: Sendable {
    private var nodes: [Node]
    private var free: [Int32] = []
    private let empty: Node

    /// Begins with the empty node alone.
    init(empty: Node) {
        self.empty = empty
        nodes = [empty]
    }

    subscript(index: Int32) -> Node {
        get { nodes[Int(index)] }
        _modify { yield &nodes[Int(index)] }
    }

    /// Makes an empty node; returns where it stands.
    mutating func make() -> Int32 {
        if let index = free.popLast() { return index }
        nodes.append(empty)
        return Int32(nodes.count - 1)
    }

    /// Gives a node's place back.
    mutating func drop(_ index: Int32) {
        nodes[Int(index)] = empty
        free.append(index)
    }
}
