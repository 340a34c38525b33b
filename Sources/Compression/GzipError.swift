/// Why a file is not gzip, or not whole.
public enum GzipError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It ends before its end.
    case truncated
    /// What it holds does not follow from what was compressed: bytes were changed.
    case damaged
    /// Something that is not gzip stands after what was compressed.
    case trailingGarbage
    /// There is no memory left.
    case outOfMemory

    /// A sentence for people.
    public var description: String {
        switch self {
        case .truncated: "the gzip file is truncated: it ends in the middle"
        case .damaged: "the gzip file is damaged: its bytes or its checksum are wrong"
        case .trailingGarbage: "the gzip file goes on after its end with something else"
        case .outOfMemory: "there is no memory left to decompress the gzip file"
        }
    }
}
