/// Names for folders, made from names for people.
package enum Slug {
    /// The name in lower case, each run of other characters as one `_`.
    ///
    /// - Parameter name: Any text, such as `Prunus persica`.
    /// - Returns: Up to 64 of `[a-z0-9_]`; nil if no letter or digit is in the name.
    package static func make(of name: String) -> String? {
        let words = name.lowercased().utf8.split { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                false
            default: true
            }
        }
        let slug = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "_")
        return slug.isEmpty ? nil : String(slug.prefix(64))
    }
}
