extension Duration {
    private static let units: [(suffix: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]

    /// Reads a time such as `30s`; nil for one without a unit, or none at all.
    ///
    /// - Parameter text: A number and `ms`, `s`, `m`, `h` or `d`.
    public init?(words text: String) {
        for unit in Self.units where text.hasSuffix(unit.suffix) {
            guard let count = Double(text.dropLast(unit.suffix.count)), count > 0,
                count * unit.seconds < 1e9
            else { continue }
            self = .milliseconds(Int64(count * unit.seconds * 1000))
            return
        }
        return nil
    }
}
