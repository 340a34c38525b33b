import Authentication
import JSON
import JobData
import JobModel
import JobProtocol
import JobReports

extension ExposedMethod {
    static let exportMethods = [
        making("data.export", ["kind", "_id", "format", "virus", "from", "limit"]) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.export(call)
        },
        making("data.findings", ["format", "layout", "samples", "algorithm", "every"]) {
            (frontEnd, call) async throws(RPCError) in
            try await frontEnd.exportFindings(call)
        },
    ]
}

extension FrontEnd {
    /// The most reads or pairs of a virus that are asked for at once.
    static let reads = 1...1_000_000

    fileprivate func export(_ call: Call) async throws(RPCError) -> [UInt8] {
        let kind = try call.params.dataKind("kind")
        let id = try call.params.string("_id")
        let format = try call.params.format()
        let username = call.identity?.username ?? ""
        let virus = try call.params.optionalString("virus")
        let from = try call.params.optionalInteger("from", in: 0...(1 << 40))
        let limit = try call.params.optionalInteger("limit", in: Self.reads)
        guard let virus else {
            guard from == nil, limit == nil else {
                throw .invalidParams(from == nil ? "limit" : "from", "is for the reads of a virus")
            }
            return try await export(kind, id, as: format, for: username) {
                rendition async throws(RPCError) in
                await Self.encode(rendition, total: nil)
            }
        }
        guard kind == .analysis else {
            throw .invalidParams("virus", "only an analysis has reads of a virus")
        }
        let first = from ?? 0
        let range =
            from == nil && limit == nil ? nil : first..<(first + (limit ?? Self.reads.upperBound))
        return try await exportReads(of: id, virus, as: format, in: range, for: username) {
            rendition,
            total async throws(RPCError) in
            await Self.encode(rendition, total: total)
        }
    }

    fileprivate func exportFindings(_ call: Call) async throws(RPCError) -> [UInt8] {
        let format = try call.params.format()
        var query = DataKeeper.FindingsQuery()
        query.samples = try (call.params.optionalList("samples") ?? []).map {
            value throws(RPCError) in
            guard let id = value.stringValue else {
                throw .invalidParams("samples", "must be a list of strings")
            }
            return id
        }
        query.algorithm = try call.params.optionalString("algorithm")
        query.everyAnalysis = try call.params.optionalBool("every") ?? false
        let layout = try Self.layout(call.params.optionalString("layout"))
        return try await exportFindings(
            query,
            as: format,
            layout,
            for: call.identity?.username ?? ""
        ) { rendition async throws(RPCError) in await Self.encode(rendition, total: nil) }
    }

    @concurrent
    private static func encode(_ rendition: Rendition, total: Int?) async -> [UInt8] {
        var document: JSONObject = [
            "name": .string(rendition.name), "type": .string(rendition.format.contentType),
            "text": .string(rendition.text),
        ]
        document["total"] = total.map { .integer($0) }
        return JSONValue.object(document).encoded
    }

    // MARK: For all doors

    /// Hands out something that is kept.
    ///
    /// What is handed out lies in memory, so that few things are at a time: what is done with it must make an
    /// end of that, however slowly it is read.
    func export<Value: Sendable>(
        _ kind: DataKind,
        _ id: String,
        as format: ReportFormat,
        for username: String,
        _ handOut: (Rendition) async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        let data = try keeper()
        return try await reportTurns.take(for: username) { () async throws(RPCError) in
            let rendition: Rendition
            do throws(DataError) {
                rendition = try await data.export(kind, id, as: format, for: origin(username))
            } catch {
                throw RPCError(error)
            }
            return try await handOut(rendition)
        }
    }

    /// Hands out the reads of a virus; see ``export(_:_:as:for:_:)``.
    func exportReads<Value: Sendable>(
        of id: String,
        _ virus: String,
        as format: ReportFormat,
        in range: Range<Int>?,
        for username: String,
        _ handOut: (Rendition, _ total: Int) async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        let data = try keeper()
        return try await readsTurns.take(for: username) { () async throws(RPCError) in
            let reads: (rendition: Rendition, total: Int)
            do throws(DataError) {
                reads = try await data.exportReads(of: id, virus: virus, as: format, in: range)
            } catch {
                throw RPCError(error)
            }
            return try await handOut(reads.rendition, reads.total)
        }
    }

    /// Hands out the table of samples and viruses; see ``export(_:_:as:for:_:)``.
    func exportFindings<Value: Sendable>(
        _ query: DataKeeper.FindingsQuery,
        as format: ReportFormat,
        _ layout: FindingsTable.Layout,
        for username: String,
        _ handOut: (Rendition) async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        let data = try keeper()
        return try await reportTurns.take(for: username) { () async throws(RPCError) in
            let rendition: Rendition
            do throws(DataError) {
                rendition = try await data.exportFindings(
                    query,
                    as: format,
                    layout,
                    for: origin(username)
                )
            } catch {
                throw RPCError(error)
            }
            return try await handOut(rendition)
        }
    }

    /// Reads the name of a layout; the wide one if there is none.
    static func layout(_ text: String?) throws(RPCError) -> FindingsTable.Layout {
        guard let text else { return .wide }
        guard let layout = FindingsTable.Layout(rawValue: text) else {
            throw .invalidParams("layout", "must be one of wide, long, not \"\(text)\"")
        }
        return layout
    }

    private func origin(_ username: String) -> ReportOrigin {
        ReportOrigin(program: configuration.server, username: username, moment: now())
    }
}

extension ParamsReader {
    /// The member `format`, which must be there.
    fileprivate func format() throws(RPCError) -> ReportFormat {
        let text = try string("format")
        guard let format = ReportFormat(rawValue: text) else {
            let known = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParams("format", "must be one of \(known), not \"\(text)\"")
        }
        return format
    }
}
