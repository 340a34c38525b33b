import JobManagement

/// Writes metrics in the Prometheus text format, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    /// Begins a metric.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a value of the metric that was begun last.
    mutating func add(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(Self.escape($0.1))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(Self.number(value))\n"
    }

    /// Adds a histogram, in seconds, to the metric that was begun last.
    mutating func add(
        _ name: String,
        _ labels: [(String, String)] = [],
        _ histogram: Histogram
    ) {
        var count = 0
        for (index, more) in histogram.counts.enumerated() {
            count += more
            let bounds = Histogram.bounds
            let bound = index < bounds.count ? Self.number(bounds[index] / .seconds(1)) : "+Inf"
            add("\(name)_bucket", labels + [("le", bound)], Double(count))
        }
        add("\(name)_sum", labels, histogram.sum / .seconds(1))
        add("\(name)_count", labels, Double(count))
    }

    /// A metric with one value.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        begin(name, kind, help)
        add(name, [], value)
    }

    /// A metric that is one histogram.
    mutating func single(_ name: String, _ help: String, _ histogram: Histogram) {
        begin(name, .histogram, help)
        add(name, [], histogram)
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// By scalars, for to Swift a line feed after a carriage return is no character of its own.
    private static func escape(_ value: String) -> String {
        value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
