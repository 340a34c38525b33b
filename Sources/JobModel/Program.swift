/// The program as it names itself.
public enum Program {
    /// Its version.
    public static let version = "0.1.0"
    /// Its name with its version, for what it writes down.
    public static let title = "jobsync \(version)"
}
