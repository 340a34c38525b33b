import JobModel

/// How deep reads lie along a sequence, as a picture of lines.
struct CoveragePlot {
    private let sequence: Finding.Sequence
    private let top: Double

    /// Draws a sequence.
    ///
    /// - Parameters:
    ///   - sequence: The sequence.
    ///   - top: The depth at the top, the same for all that shall be compared.
    init(_ sequence: Finding.Sequence, top: Double) {
        self.sequence = sequence
        self.top = max(top, 1)
    }

    var html: HTML {
        let length = sequence.length ?? sequence.depths.count
        let words =
            "Depth along \(sequence.id): mean \(Wording.decimal(sequence.depth, places: 2)), "
            + "\(Wording.percent(sequence.coverage)) covered"
        return """
            <figure><figcaption>\(.sequence(sequence.id)) \(sequence.definition)</figcaption>
            <svg viewBox="0 0 \(sequence.depths.count) 100" preserveAspectRatio="none" role="img" aria-label="\(words)">\
            <path d="\(path)"/></svg>
            <div class="ends"><span>1</span><span>depth 0 to \(Wording.decimal(top))</span>\
            <span>\(Wording.count(length))</span></div></figure>

            """
    }

    private var path: String {
        var path = "M0 100"
        for (place, depth) in sequence.depths.enumerated() {
            let level = 100 - (min(depth, top) / top * 96 * 10).rounded() / 10
            path += "V\(level)H\(place + 1)"
        }
        return path + "V100Z"
    }
}
