import ArgumentParser

/// The settings of `jobsync serve` as options; those that are missing come from elsewhere.
///
/// An option comes before an environment variable, that before the configuration file, and that
/// before the default.
struct ServeOptions: ParsableArguments {
    @Option(.listen) var listen: GivenSetting?
    @Option(.data) var data: GivenSetting?
    @Option(.mongo) var mongo: GivenSetting?
    @Option(.role) var role: GivenSetting?
    @Option(.lostAfter) var lostAfter: GivenSetting?
    @Option(.proc) var proc: GivenSetting?
    @Option(.mem) var mem: GivenSetting?
    @Option(.tasks) var tasks: GivenSetting?
    @Option(.auth) var auth: GivenSetting?
    @Option(.allowOrigin) var allowOrigin: [GivenSetting]
    @Option(.rate) var rate: GivenSetting?
    @Option(.stallAfter) var stallAfter: GivenSetting?
    @Option(.endWithin) var endWithin: GivenSetting?
    @Option(.maxConnections) var maxConnections: GivenSetting?
    @Option(.maxStrangers) var maxStrangers: GivenSetting?
    @Option(.maxStrangersPerAddress) var maxStrangersPerAddress: GivenSetting?
    @Option(.compression) var compression: GivenSetting?
    @Option(.web) var web: GivenSetting?
    @Option(.record) var record: GivenSetting?
    @Option(.logLevel) var logLevel: GivenSetting?
    @Option(.logFormat) var logFormat: GivenSetting?

    @Option(
        help: ArgumentHelp(
            "A YAML file with any of these settings, named as the options are.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    /// What the options say; each knows its setting, so that none is named twice.
    private var values: [ServeSetting: [String]] {
        Mirror(reflecting: self).children.reduce(into: [:]) { values, child in
            let given: [GivenSetting] =
                switch child.value {
                case let option as Option<GivenSetting?>: option.wrappedValue.map { [$0] } ?? []
                case let option as Option<[GivenSetting]>: option.wrappedValue
                default: []
                }
            for one in given { values[one.setting, default: []].append(one.text) }
        }
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

/// What was given for a setting on the command line.
struct GivenSetting: Hashable, Sendable {
    let setting: ServeSetting
    let text: String
}

extension Option where Value == GivenSetting? {
    /// An option for a setting, with the setting's name and help.
    init(_ setting: ServeSetting) {
        self.init(name: .customLong(setting.rawValue), help: setting.help) {
            GivenSetting(setting: setting, text: $0)
        }
    }
}

extension Option where Value == [GivenSetting] {
    /// An option for a setting that may have several values.
    init(_ setting: ServeSetting) {
        self.init(wrappedValue: [], name: .customLong(setting.rawValue), help: setting.help) {
            GivenSetting(setting: setting, text: $0)
        }
    }
}
