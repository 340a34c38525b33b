import JSON
public import JobModel
public import JobReports
import JobTasks

extension DataKeeper {
    /// How many bytes of text are handed out at once.
    public static let largestExport = 48 << 20

    /// Hands something that is kept out, for people or for other programs.
    ///
    /// - Parameters:
    ///   - kind: What it is: an analysis or a sample.
    ///   - id: Its name.
    ///   - format: In which form.
    ///   - origin: Who asks.
    /// - Returns: What a file may hold.
    /// - Throws: `notFound`; `invalid` for a form that there is not, and where it would be too long; `disk` if not
    ///   all of it is here; `givenUp` if the task is cancelled meanwhile.
    public func export(
        _ kind: DataKind,
        _ id: String,
        as format: ReportFormat,
        for origin: ReportOrigin
    ) async throws(DataError) -> Rendition {
        guard kind == .analysis || kind == .sample else {
            throw .invalid(
                field: "kind",
                message: "only an analysis or a sample can be exported, not a \(kind.rawValue)"
            )
        }
        let record = try await wholeRecord(kind, id)
        try Self.checkIsWhole(record)
        guard kind == .analysis else {
            return try await Self.render(
                SampleReport.formats,
                format
            ) { SampleReport(record, origin: origin).rendition(as: format) }
        }
        var sample: DataRecord?
        if let key = record.uses.first(where: { $0.kind == .sample }) {
            sample = try await stored(key) == nil ? nil : try await wholeRecord(key.kind, key.id)
        }
        let report = AnalysisReport(record, sample: sample, origin: origin)
        return try await Self.render(report.formats, format) { report.rendition(as: format) }
    }

    /// Renders away from this actor, and refuses what there is not.
    @concurrent
    static func render(
        _ formats: [ReportFormat],
        _ format: ReportFormat,
        _ body: @Sendable () -> Rendition?
    ) async throws(DataError) -> Rendition {
        try checkIsAwaited()
        guard let rendition = body() else {
            let known = formats.map(\.rawValue).joined(separator: ", ")
            throw .invalid(field: "format", message: "must be one of \(known) here")
        }
        guard rendition.text.utf8.count <= largestExport else {
            throw .invalid(
                field: "format",
                message: "is longer than \(largestExport >> 20) MiB as \(format.rawValue)"
            )
        }
        return rendition
    }

    /// Throws if whoever asked is gone.
    static func checkIsAwaited() throws(DataError) {
        if Task.isCancelled { throw .givenUp }
    }

    /// A report without a part of what was found would be wrong.
    private static func checkIsWhole(_ record: DataRecord) throws(DataError) {
        guard record.isCut else { return }
        throw .disk(
            message:
                "the whole \(record.key.kind.rawValue) '\(record.key.id)' cannot be read: it is in "
                + "\(record.key.path)/\(TaskContext.documentFile(of: record.key.kind)) of the data "
                + "folder of the server whose job made it"
        )
    }
}

extension DataRecord {
    /// Whether its document is too long for the store, so that a file has the rest.
    public var isCut: Bool { document[TaskContext.omittedMember] != nil }
}
