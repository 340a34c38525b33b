import JobModel
import JobStorage
import Mongo

/// The document that says who leads:
/// `{_id: "lease", owner, term, machine: {proc, mem}, expires, released}`.
///
/// All times in it are the server's, so that no two machines' clocks are compared.
enum LeaseDocument {
    /// How the store begins: nobody leads, and nobody has.
    static let first: BSONDocument = [
        "owner": nil, "term": 0, "machine": ["proc": 0, "mem": 0],
        "expires": .dateTime(milliseconds: 0), "released": true,
    ]

    /// Who leads by a document.
    static func lease(_ document: BSONDocument) -> Lease? {
        guard let owner = document["owner"]?.stringValue,
            let term = document["term"]?.countValue
        else { return nil }
        let machine = document["machine"]?.documentValue
        return Lease(
            owner: owner,
            term: term,
            machine: Resources(
                checking: machine?["proc"]?.integerValue,
                machine?["mem"]?.integerValue
            ) ?? .zero
        )
    }

    /// Chooses the document while its term is still the claim's.
    static func ownFilter(_ claim: LeaseClaim, term: Int) -> BSONDocument {
        ["_id": "lease", "owner": .string(claim.server), "term": .int64(Int64(term))]
    }

    /// Chooses the document if a new term may begin.
    static func freeFilter(_ claim: LeaseClaim) -> BSONDocument {
        [
            "_id": "lease",
            "$or": [
                ["owner": .string(claim.server)], ["expires": nil],
                ["$expr": ["$lte": ["$expires", "$$NOW"]]],
            ],
        ]
    }

    /// Lets a term go on.
    static func renewal(_ claim: LeaseClaim) -> BSONDocument {
        .pipeline([
            ["$set": ["machine": machine(claim), "expires": expiry(claim), "released": false]]
        ])
    }

    /// Begins a term.
    static func beginning(_ claim: LeaseClaim, afterTerm term: Int) -> BSONDocument {
        let latest: BSONValue = ["$max": ["$term", .int64(Int64(term))]]
        return .pipeline([
            [
                "$set": [
                    "owner": ["$literal": .string(claim.server)],
                    "term": ["$add": [latest, 1]],
                    "machine": machine(claim),
                    "expires": expiry(claim),
                    "released": false,
                ]
            ]
        ])
    }

    /// Ends a term at once.
    static let release = BSONDocument.pipeline([
        ["$set": ["expires": "$$NOW", "released": true]]
    ])

    private static func machine(_ claim: LeaseClaim) -> BSONValue {
        [
            "$literal": [
                "proc": .integer(claim.machine.proc), "mem": .integer(claim.machine.mem),
            ]
        ]
    }

    private static func expiry(_ claim: LeaseClaim) -> BSONValue {
        let (seconds, attoseconds) = claim.duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return ["$add": ["$$NOW", .int64(milliseconds)]]
    }
}
