import ArgumentParser

/// The settings of `jobsync serve` as options; those that are missing come from elsewhere.
///
/// An option comes before an environment variable, that before the configuration file, and that
/// before the default.
struct ServeOptions: ParsableArguments {
    @Option(help: ServeSetting.listen.help)
    var listen: String?

    @Option(help: ServeSetting.data.help)
    var data: String?

    @Option(help: ServeSetting.proc.help)
    var proc: String?

    @Option(help: ServeSetting.mem.help)
    var mem: String?

    @Option(help: ServeSetting.tasks.help)
    var tasks: String?

    @Option(help: ServeSetting.auth.help)
    var auth: String?

    @Option(help: ServeSetting.allowOrigin.help)
    var allowOrigin: [String] = []

    @Option(help: ServeSetting.rate.help)
    var rate: String?

    @Option(help: ServeSetting.web.help)
    var web: String?

    @Option(help: ServeSetting.logLevel.help)
    var logLevel: String?

    @Option(help: ServeSetting.logFormat.help)
    var logFormat: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file with any of these settings, named as the options are.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    /// What the options say.
    private var values: [ServeSetting: [String]] {
        var values: [ServeSetting: [String]] = [:]
        func set(_ setting: ServeSetting, _ value: String?) {
            if let value { values[setting] = [value] }
        }
        set(.listen, listen)
        set(.data, data)
        set(.proc, proc)
        set(.mem, mem)
        set(.tasks, tasks)
        set(.auth, auth)
        if !allowOrigin.isEmpty { values[.allowOrigin] = allowOrigin }
        set(.rate, rate)
        set(.web, web)
        set(.logLevel, logLevel)
        set(.logFormat, logFormat)
        return values
    }

    /// Puts options, environment, file and defaults together.
    ///
    /// - Parameters:
    ///   - environment: The process's environment.
    ///   - readFile: Gives the text of a file.
    /// - Returns: The settings.
    /// - Throws: Which setting is wrong, and where it was made.
    func settings(
        environment: [String: String],
        readFile: (String) throws -> String
    ) throws(SettingsError) -> ServeSettings {
        var sources = [SettingsSource.options(values), .environment(environment)]
        if let path = config ?? environment["JOBSYNC_CONFIG"], !path.isEmpty {
            let text: String
            do {
                text = try readFile(path)
            } catch {
                throw SettingsError(place: path, problem: "cannot be read: \(reason(of: error))")
            }
            sources.append(try SettingsSource(file: path, text: text))
        }
        return try ServeSettings(
            SettingsReader(sources: sources),
            home: environment["HOME"] ?? "",
            dataHome: environment["XDG_DATA_HOME"]
        )
    }
}
