/// The ids of a reference's sequences: each is one of its own, and looks like it.
struct SequenceIDs: Sendable {
    private static let longest = 200

    /// Each id by how it looks.
    private var ids: [String: String] = [:]

    var count: Int { ids.count }

    /// Takes in an id.
    ///
    /// - Returns: The one that is there already and is the same or looks so; nil if there is none.
    mutating func insert(_ id: String) -> String? {
        let look = id.lowercased()
        if let other = ids[look] { return other }
        ids[look] = id
        return nil
    }

    /// Says why an id cannot be taken in, with the one that is there already.
    static func collision(_ id: String, _ other: String) -> String {
        id == other
            ? "there is another sequence '\(id)'"
            : "'\(id)' and the sequence '\(other)' differ in case only, and people take them for "
                + "one; give one of them another id"
    }

    /// What is wrong with an id by itself.
    ///
    /// They stand in FASTA headers, in tables and in addresses of pages; in SAM, what begins with `*` or `=` stands for something else.
    ///
    /// - Parameter id: The id.
    /// - Returns: A sentence, or nil if nothing is wrong.
    static func problem(with id: String) -> String? {
        guard id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ">") }) else {
            return "'\(id)' must be of printable ASCII without blanks and '>'"
        }
        if let first = id.first, first == "*" || first == "=" {
            return "'\(id)' must not begin with '\(first)', which tools take for something else; "
                + "give the sequence another id, such as its accession"
        }
        guard id.utf8.count <= longest else {
            return "'\(id.prefix(40))…' must not be longer than \(longest) letters"
        }
        return nil
    }
}
