/// Numbers as sentences and tables have them.
public enum Wording {
    /// A number with one decimal at most.
    ///
    /// - Parameter number: Any number.
    /// - Returns: The number, a whole one without a decimal point.
    public static func short(_ number: Double) -> String {
        let rounded = (number * 10).rounded() / 10
        return Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
    }

    /// A share as a percentage.
    ///
    /// - Parameter share: The share, 1 for all.
    /// - Returns: Its hundredfold with one decimal at most, and the sign.
    public static func percent(_ share: Double) -> String { "\(short(share * 100)) %" }
}
