import JSON
import JobModel

extension ServerConnection {
    /// All records of a kind, as lists show them.
    func records(of kind: DataKind) async throws(CommandFailure) -> [DataRecord] {
        var records: [DataRecord] = []
        var after: String?
        repeat {
            var params: JSONObject = ["kind": .string(kind.rawValue), "limit": 1000]
            params["after"] = after.map { .string($0) }
            let page = try await ask("data.list", params)
            records += (page["records"]?.arrayValue ?? []).compactMap(DataRecord.init(whole:))
            after = page["after"]?.stringValue
        } while after != nil
        return records
    }
}

/// Kept data as a table.
enum DataTable {
    /// A column that depends on the kind.
    private struct Detail {
        let column: Table.Column
        let text: (DataRecord) -> String
    }

    static func table(
        of kind: DataKind,
        _ records: [DataRecord],
        _ indexes: [DataRecord]
    ) -> Table {
        let details = details(of: kind, indexes)
        var table = Table(
            columns: [
                Table.Column(title: "ID", shrinksTo: 12),
                Table.Column(title: "NAME", shrinksTo: 12),
            ] + details.map(\.column) + [
                Table.Column(title: "MADE", dispensability: 2),
                Table.Column(title: "BY", dispensability: 3),
            ]
        )
        table.rows = records.map { record in
            [Table.Cell(record.key.id), Table.Cell(record.name)]
                + details.map { Table.Cell($0.text(record)) }
                + [Table.Cell(Words.date(record.created)), Table.Cell(record.username)]
        }
        return table
    }

    private static func details(of kind: DataKind, _ indexes: [DataRecord]) -> [Detail] {
        func number(_ title: String, _ value: @escaping (JSONObject) -> JSONValue?) -> Detail {
            Detail(
                column: Table.Column(title: title, isRightAligned: true, dispensability: 1),
                text: { value($0.document)?.integerValue.map { "\($0)" } ?? "" }
            )
        }
        func text(_ title: String, _ value: @escaping (DataRecord) -> String?) -> Detail {
            Detail(
                column: Table.Column(title: title, dispensability: 1),
                text: { value($0) ?? "" }
            )
        }
        switch kind {
        case .host:
            return [
                number("SEQUENCES") { $0["count"] }, number("LETTERS") { $0["lengths"]?["total"] },
            ]
        case .reference:
            return [
                number("VIRUSES") { $0["virus_count"] },
                number("SEQUENCES") { $0["sequence_count"] },
                text("INDEX") { record in
                    DataReport.versions(of: record, indexes).last.map { "\($0.version)" } ?? "none"
                },
            ]
        case .sample:
            return [
                number("READS") { $0["trimmed"]?["kept_reads"] },
                text("LAYOUT") { record in
                    record.document["paired"]?.boolValue.map { $0 ? "paired" : "single" }
                },
                text("HOST") { $0.document["subtraction"]?.stringValue },
            ]
        case .analysis:
            return [
                text("ALGORITHM") { $0.document["algorithm"]?.stringValue },
                text("SAMPLE") { $0.document["sample"]?["id"]?.stringValue },
                text("REFERENCE") { record in
                    let reference = record.document["reference"]
                    let version = reference?["index"]?.integerValue.map { ", version \($0)" }
                    return reference?["id"]?.stringValue.map { $0 + (version ?? "") }
                },
            ]
        case .index: return [number("VERSION") { $0["version"] }]
        }
    }
}

/// One thing that is kept, told at length.
enum DataReport {
    /// A list that would fill more than this is only counted.
    private static let longest = 1000

    static func lines(_ record: DataRecord, _ indexes: [DataRecord]) -> [String] {
        var lines = ["\(record.key.kind.rawValue) \(record.key.id): \(record.name.printable)"]
        let job = record.job.map { ", by the job \($0)" } ?? ""
        lines.append("made \(Words.date(record.created)) for \(record.username.printable)\(job)")
        if !record.uses.isEmpty {
            lines.append("from \(record.uses.map(\.description).joined(separator: ", "))")
        }
        lines.append("in \(record.key.path)")
        lines.append("")
        if record.key.kind == .analysis {
            let tables = AnalysisReport.lines(record.document)
            if !tables.isEmpty { lines += tables.dropFirst() + [""] }
        }
        lines += brief(record.document)
        guard record.key.kind == .reference else { return lines }
        lines.append("")
        let versions = versions(of: record, indexes)
        lines.append(
            versions.isEmpty ? "no index yet; `jobsync new rebuild_index` makes one" : "index"
        )
        for (version, index) in versions {
            let viruses = index.document["virus_count"]?.countValue ?? 0
            let changed = index.document["modified_virus_count"]?.countValue ?? 0
            lines.append(
                "  version \(version): \(Wording.count(viruses, "virus", "viruses")), \(changed) changed, "
                    + Words.date(index.created)
            )
        }
        return lines
    }

    /// The versions of a reference's index, oldest first.
    static func versions(
        of reference: DataRecord,
        _ indexes: [DataRecord]
    ) -> [(version: Int, index: DataRecord)] {
        indexes.filter { $0.uses.contains(reference.key) }
            .map { ($0.document["version"]?.countValue ?? 0, $0) }
            .sorted { $0.0 < $1.0 }
    }

    /// A document of which long members are only counted, a line for each.
    static func brief(_ document: JSONObject) -> [String] {
        document.map { name, value in "\(name): \(brief(value))" }
    }

    private static func brief(_ value: JSONValue) -> String {
        guard value.encoded.count > longest else { return Words.pretty(value) }
        return switch value {
        case .array(let elements): "\(Wording.count(elements.count, "entry", "entries")) (--json)"
        case .object(let members): "\(members.keys.joined(separator: ", ")) (--json)"
        default: String(value.description.prefix(longest)) + "…"
        }
    }
}

/// JSON documents, one a line.
enum JSONText {
    static func line(_ document: JSONObject) -> String {
        JSONValue.object(document).description + "\n"
    }
}
