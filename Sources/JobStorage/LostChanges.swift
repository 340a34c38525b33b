public import JSON

/// What a store remembers of having lost changes, so that whoever reads it knows what it may have forgotten.
///
/// It stands in the store itself, for a server may die before it has done what follows.
public struct LostChanges: Hashable, Sendable {
    /// The setting's name.
    public static let setting = "lost_changes"

    /// The position at which that was found: what became of anything since its change at or before it, nobody knows.
    public let seq: Int

    /// Describes a loss.
    ///
    /// - Parameter seq: The position at which it was found.
    public init(seq: Int) {
        self.seq = seq
    }

    /// Reads what a store remembers; nil if it knows of no loss.
    ///
    /// - Parameter store: The store.
    /// - Throws: `unavailable` if it does not answer.
    public init?(in store: some JobStore) async throws(JobStoreError) {
        guard let seq = try await store.setting(Self.setting)?["seq"]?.countValue else {
            return nil
        }
        self.seq = seq
    }

    /// The setting's value.
    public var document: JSONObject { ["seq": .integer(seq)] }
}
