import JobModel

extension StoreCopy {
    /// Brings the target's records of kept data to where the source's are.
    ///
    /// - Parameter digest: Takes in what the source holds.
    /// - Returns: How many records were written.
    /// - Throws: Which of the two stores does not answer.
    func mergeRecords(_ digest: inout StoreCopyDigest) async throws(StoreCopyError) -> Int {
        var written = 0
        for kind in DataKind.allCases {
            var left = RecordPages(kind, of: source, size: pageSize)
            var right = RecordPages(kind, of: target, size: pageSize)
            while true {
                let (record, copy) = (try await left.peek(), try await right.peek())
                guard let key = [record?.key, copy?.key].compactMap(\.self).min() else { break }
                let (isHere, isThere) = (record?.key == key, copy?.key == key)
                if isHere { try await left.advance() }
                if isThere { try await right.advance() }
                if isHere, let record {
                    let document = digest.add(record)
                    if isThere, let copy, document == StoreCopyDigest.canonical(copy) { continue }
                    try await target.askData { (store) throws(DataStoreError) in
                        try await store.replace(record)
                    }
                    written += 1
                } else {
                    try await target.askData { (store) throws(DataStoreError) in
                        try await store.remove(key)
                    }
                }
            }
        }
        return written
    }

    /// Takes in all records of a store.
    func addRecords(
        of store: HeldStore,
        to digest: inout StoreCopyDigest
    )
        async throws(StoreCopyError)
    {
        for kind in DataKind.allCases {
            var pages = RecordPages(kind, of: store, size: pageSize)
            while let record = try await pages.peek() {
                digest.add(record)
                try await pages.advance()
            }
        }
    }

    /// Whether a store holds any record.
    func hasRecords(_ store: HeldStore) async throws(StoreCopyError) -> Bool {
        for kind in DataKind.allCases {
            var pages = RecordPages(kind, of: store, size: 1)
            if try await pages.peek() != nil { return true }
        }
        return false
    }
}

/// All records of a kind in the order of their ids, read page by page.
private struct RecordPages {
    private let kind: DataKind
    private let store: HeldStore
    private let size: Int
    private var page: [DataRecord] = []
    private var next = 0
    private var isLast = false

    init(_ kind: DataKind, of store: HeldStore, size: Int) {
        self.kind = kind
        self.store = store
        self.size = size
    }

    /// The record that is to be looked at, or nil at the end.
    mutating func peek() async throws(StoreCopyError) -> DataRecord? {
        if next == page.count, !isLast {
            let (kind, size, last) = (kind, size, page.last?.key.id)
            page = try await store.askData { (store) throws(DataStoreError) in
                try await store.records(of: kind, after: last, limit: size)
            }
            next = 0
            isLast = page.count < size
        }
        return next < page.count ? page[next] : nil
    }

    /// Goes on to the next one.
    mutating func advance() async throws(StoreCopyError) {
        if try await peek() != nil { next += 1 }
    }
}
