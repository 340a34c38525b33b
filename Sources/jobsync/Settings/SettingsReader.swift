/// Finds settings in several places, the first of which counts.
struct SettingsReader {
    let sources: [SettingsSource]

    /// The values of a setting that can have several.
    func list<Value>(
        _ setting: ServeSetting,
        _ parse: (String) throws(UnusableText) -> Value
    ) throws(SettingsError) -> [Value] {
        guard let entry = sources.lazy.compactMap({ $0.entries[setting] }).first else { return [] }
        var values: [Value] = []
        for text in entry.values {
            do throws(UnusableText) {
                values.append(try parse(text))
            } catch {
                let found = setting.isSecret ? "" : ", not \"\(text)\""
                let problem = "must be \(error.expected)\(found)"
                throw SettingsError(place: entry.place, problem: problem)
            }
        }
        return values
    }

    /// The value of a setting, or nil if nobody made it.
    func value<Value>(
        _ setting: ServeSetting,
        _ parse: (String) throws(UnusableText) -> Value
    ) throws(SettingsError) -> Value? {
        try list(setting, parse).last
    }

    /// What is wrong with a setting that is fine by itself.
    func complaint(about setting: ServeSetting, _ problem: String) -> SettingsError {
        let entry = sources.lazy.compactMap { $0.entries[setting] }.first
        return SettingsError(place: entry?.place ?? setting.option, problem: problem)
    }

    /// The value of a setting that has a fixed choice.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ setting: ServeSetting
    ) throws(SettingsError) -> Choice? {
        try value(setting) { (text) throws(UnusableText) in
            guard let choice = Choice(rawValue: text) else {
                let names = Choice.allCases.map(\.rawValue)
                throw UnusableText(
                    expected: names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
                )
            }
            return choice
        }
    }
}
