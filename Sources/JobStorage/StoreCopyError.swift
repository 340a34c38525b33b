/// Why a store was not copied.
public enum StoreCopyError: Error, Hashable, Sendable {
    /// Which of the two stores is meant.
    public enum Side: String, Hashable, Sendable {
        /// The one that is read.
        case source
        /// The one that is written.
        case target
    }

    /// Both are one store.
    case sameStore
    /// The target holds other jobs or settings; nothing was changed.
    case occupied
    /// The target holds an unfinished copy of another source; nothing was changed.
    case otherCopy
    /// A server leads with this store, or began to; its name, if it is known.
    case inUse(Side, server: String?)
    /// What has arrived is not what was sent; somebody else has written to one of the two.
    case different(source: StoreCopyDigest, target: StoreCopyDigest)
    /// A store does not answer; the text is for the log.
    case unavailable(Side, String)
}
