// The numbers are the server's, from its error_codes.yml; which of them stand for a moment and which
// for good is from the drivers' specifications "Retryable Writes", "Retryable Reads",
// "Server Discovery and Monitoring", "Transactions" and "Change Streams".
extension MongoError {
    /// Nobody is there, or the connection broke: names, sockets, elections that take too long.
    public var isUnreachable: Bool {
        switch domain {
        case .stream, .serverSelection: true
        // HostUnreachable, HostNotFound, NetworkTimeout, SocketException: one server of another.
        case .server: [6, 7, 89, 9001].contains(code)
        default: false
        }
    }

    /// The server that was asked does not lead its replica set; it did nothing.
    public var isNotPrimary: Bool {
        // NotWritablePrimary, NotPrimaryNoSecondaryOk, and their common forerunner.
        domain == .server && [10107, 13435, 10058].contains(code)
    }

    /// The server is going down, coming up or changing its part in the replica set.
    public var isRecovering: Bool {
        // ShutdownInProgress, PrimarySteppedDown, InterruptedAtShutdown,
        // InterruptedDueToReplStateChange, NotPrimaryOrSecondary.
        (domain == .server || domain == .writeConcern)
            && [91, 189, 11600, 11602, 13436].contains(code)
    }

    /// Whether the same may work in a while; for a write, look at ``isOutcomeUnknown`` first.
    public var isRetryable: Bool {
        if isUnreachable || isNotPrimary || isRecovering || isTransientTransaction {
            return true
        }
        if labels.contains("RetryableWriteError") || labels.contains(Self.resumableLabel) {
            return true
        }
        switch domain {
        // ReadConcernMajorityNotAvailableYet, ExceededTimeLimit, MaxTimeMSExpired, LockTimeout,
        // WriteConflict, SnapshotUnavailable, CursorNotFound.
        case .server: return [134, 262, 50, 24, 112, 246, 43].contains(code)
        // WriteConcernFailed, WriteConcernTimeout; others, as UnknownReplWriteConcern, are for good.
        case .writeConcern: return [64, 202].contains(code)
        default: return false
        }
    }

    /// Whether a write, or a commit, may have been done all the same.
    ///
    /// Settle it by reading before doing it again. Within a transaction only the commit can leave
    /// doubt: what was written before it counts for nothing without it. An error that is not
    /// unknown means that the write was not done; of a bulk, see ``bulk``.
    public var isOutcomeUnknown: Bool {
        if isCommitUnknown || bulk?.isDurabilityUnknown == true { return true }
        if isTransientTransaction || labels.contains("NoWritesPerformed") { return false }
        switch domain {
        // The time was over, or the connection broke, after the write may have been sent. Where a
        // second attempt found no server, the library reports the first one's error, so that
        // `serverSelection` means that nothing was ever sent.
        case .stream: return true
        // Done by the primary, and perhaps lost with it.
        case .writeConcern: return true
        // NetworkTimeout, SocketException, MaxTimeMSExpired, ExceededTimeLimit: interrupted.
        case .server: return isRecovering || [6, 7, 89, 9001, 50, 262].contains(code)
        // A reply that makes no sense, for one; what is not known is taken for doubt.
        case .other: return true
        case .serverSelection, .authentication, .transaction, .misuse, .closed: return false
        }
    }

    /// The commit of a transaction may have been done; committing again is always safe.
    public var isCommitUnknown: Bool { labels.contains("UnknownTransactionCommitResult") }

    /// The transaction was ended by the server, with nothing done; it may be tried anew as a whole.
    public var isTransientTransaction: Bool {
        labels.contains("TransientTransactionError") && !isCommitUnknown
    }

    /// There is a document of that key already.
    public var isDuplicateKey: Bool {
        // DuplicateKey and the numbers that it had before 3.0.
        domain == .server && [11000, 11001, 12582].contains(code)
    }

    /// The server's disk is full; nothing was written.
    public var isOutOfSpace: Bool {
        // OutOfDiskSpace.
        domain == .server && code == 14031 && !isOutcomeUnknown
    }

    /// Another transaction, or another write, was at the same document.
    public var isWriteConflict: Bool { domain == .server && code == 112 }

    /// A change stream cannot go on from where it was: what came since is no longer known.
    public var isHistoryLost: Bool {
        if labels.contains("NonResumableChangeStreamError") { return true }
        // ChangeStreamHistoryLost, ChangeStreamFatalError, InvalidResumeToken, CappedPositionLost.
        return domain == .server && [286, 280, 260, 136].contains(code)
    }

    /// The name, the password or the rights are not good enough.
    public var isDenied: Bool {
        // Unauthorized, AuthenticationFailed.
        domain == .authentication || domain == .server && [13, 18].contains(code)
    }

    /// Whether a change stream may be opened again from its last token, which is never wrong.
    ///
    /// The server labels such errors; those that it does not come from whatever lies between.
    var isResumable: Bool { isRetryable && !isHistoryLost }

    private static let resumableLabel = "ResumableChangeStreamError"
}
