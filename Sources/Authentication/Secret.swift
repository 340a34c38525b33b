import Crypto

/// Makes secrets, and what may be kept of them.
enum Secret {
    /// A secret that cannot be guessed: 192 bits of the system's randomness in hexadecimal.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<3).map { _ in hexadecimal(generator.next()) }.joined()
    }

    /// What is kept of a secret.
    ///
    /// Secrets are random and long, so a plain hash cannot be turned back.
    static func hash(_ secret: String) -> String {
        SHA256.hash(data: Array(secret.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
