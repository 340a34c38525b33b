import Authentication
import JSON
import JobData
import JobManagement
import JobModel
import JobProtocol

extension ExposedMethod {
    static let dataMethods = [
        reading("data.list", ["kind", "after", "limit"]) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.listData(call)
        },
        making("data.show", ["kind", "_id"]) { (frontEnd, call) async throws(RPCError) in
            try await frontEnd.showData(call)
        },
        reading("data.remove", ["kind", "_id", "all"], permission: .modifyData) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.removeData(call)
        },
        deferred(
            "data.import",
            [
                "_id", "name", "upload", "viruses", "sequences", "history", "hmm", "otus", "text",
                "table", "done",
            ],
            permission: .modifyData
        ) { (frontEnd, call) async throws(RPCError) in
            try await frontEnd.importReference(call)
        },
    ]
}

extension FrontEnd {
    fileprivate func listData(_ call: Call) async throws(RPCError) -> [UInt8] {
        let kind = try call.params.dataKind("kind")
        let after = try call.params.optionalString("after")
        let limit = try call.params.optionalInteger("limit", in: Self.pages) ?? Self.usualPage
        let data = try keeper()
        do throws(DataError) {
            let page = try await data.page(of: kind, after: after, limit: limit)
            return await Self.encode {
                [
                    "records": .array(page.records.map { .object($0.brief) }),
                    "after": page.after.map { .string($0) } ?? .null,
                ]
            }
        } catch {
            throw RPCError(error)
        }
    }

    fileprivate func showData(_ call: Call) async throws(RPCError) -> [UInt8] {
        let kind = try call.params.dataKind("kind")
        let id = try call.params.string("_id")
        let data = try keeper()
        do throws(DataError) {
            let record = try await data.record(kind, id)
            guard record.isCut else { return await Self.encode { .object(record.whole) } }
        } catch {
            throw RPCError(error)
        }
        // What is too long for the store takes as much memory as a report.
        return try await reportTurns.take(for: call.identity?.username ?? "") {
            () async throws(RPCError) in
            do throws(DataError) {
                let record = try await data.wholeRecord(kind, id)
                return await Self.encode { .object(record.whole) }
            } catch {
                throw RPCError(error)
            }
        }
    }

    fileprivate func removeData(_ call: Call) async throws(RPCError) -> [UInt8] {
        let kind = try call.params.dataKind("kind")
        let id = try call.params.string("_id")
        let withUsers = try call.params.optionalBool("all") ?? false
        do throws(DataError) {
            let removed = try await manager.removeData(kind, id, withUsers: withUsers)
            return await Self.encode {
                [
                    "removed": .array(
                        removed.map { ["kind": .string($0.kind.rawValue), "_id": .string($0.id)] }
                    )
                ]
            }
        } catch {
            throw RPCError(error)
        }
    }

    fileprivate func importReference(_ call: Call) async throws(RPCError) -> JSONValue {
        let params = call.params
        var content: JSONObject = [:]
        for name in ["viruses", "sequences", "history", "hmm", "otus"] {
            content[name] = try params.optionalList(name).map { .array($0) }
        }
        for name in ["text", "table"] {
            content[name] = try params.optionalString(name).map { .string($0) }
        }
        let part = DataKeeper.ImportPart(
            upload: try params.optionalString("upload"),
            id: try params.string("_id"),
            name: try params.optionalString("name"),
            content: content,
            isLast: try params.optionalBool("done") ?? false,
            username: call.identity?.username ?? ""
        )
        do throws(DataError) {
            switch try await manager.importReference(part) {
            case .upload(let upload): return ["upload": .string(upload)]
            case .record(let record): return ["record": .object(record.whole)]
            }
        } catch {
            throw RPCError(error)
        }
    }

    func keeper() throws(RPCError) -> DataKeeper {
        guard let data = manager.data else { throw RPCError(DataError.storeUnavailable) }
        return data
    }
}

extension DataRecord {
    /// Longer members of a document are left out of lists.
    private static let briefBytes = 1000

    /// The record as lists show it: as in ``whole``, but for what would make them long.
    fileprivate var brief: JSONObject {
        var record = self
        record.document = document.filter { $0.value.encoded.count <= Self.briefBytes }
        return record.whole
    }
}

extension ParamsReader {
    /// The member as a kind of kept data, which must be there.
    func dataKind(_ name: String) throws(RPCError) -> DataKind {
        let text = try string(name)
        guard let kind = DataKind(rawValue: text) else {
            let known = DataKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParams(name, "must be one of \(known), not \"\(text)\"")
        }
        return kind
    }
}

extension RPCError {
    /// Says to a client what the keeper refused.
    init(_ error: DataError) {
        let message = error.message
        switch error {
        case .badArguments(let field, _), .invalid(let field, _):
            self.init(.badArguments, message, details: ["field": .string(field)])
        case .notFound(let kind, let id, _):
            let details: JSONObject = ["kind": .string(kind.rawValue), "_id": .string(id)]
            self.init(.notFound, message, details: details)
        case .conflict(let key, _):
            let details: JSONObject = [
                "kind": .string(key.kind.rawValue), "_id": .string(key.id),
            ]
            self.init(.conflict, message, details: details)
        case .noSuchUpload(let upload):
            self.init(.notFound, message, details: ["upload": .string(upload)])
        case .notHere, .disk, .givenUp: self.init(.unavailable, message)
        case .storeUnavailable:
            self.init(.unavailable, message, details: ["after": 1000], retry: true)
        }
    }
}
