import Foundation
import JobModel

extension ServeSettings {
    /// Reads every setting.
    ///
    /// - Parameters:
    ///   - reader: Where settings come from.
    ///   - home: The user's home folder, for `~`.
    ///   - dataHome: `XDG_DATA_HOME`, if it is set.
    /// - Throws: The first setting that is wrong.
    init(
        _ reader: SettingsReader,
        home: String,
        dataHome: String?
    ) throws(SettingsError) {
        func absolute(_ path: String) -> String {
            let isInHome = path == "~" || path.hasPrefix("~/")
            return URL(fileURLWithPath: isInHome ? home + path.dropFirst() : path).path
        }
        self.init()
        if let address = try reader.value(.listen, HostAndPort.parse) {
            (host, port) = address
        }
        let dataHome = dataHome.flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.local/share"
        data = absolute(try reader.value(.data, PlainText.parse) ?? dataHome + "/jobsync")
        mongo = try reader.value(.mongo, MongoAddress.parse)
        role = try reader.choice(.role) ?? role
        lostAfter = try reader.value(.lostAfter, LongTime.parse) ?? lostAfter
        if mongo == nil, role != .all {
            throw reader.complaint(about: .role, "needs --mongo, for a front end shares a store")
        }
        proc = try reader.value(.proc) { (text) throws(UnusableText) in
            try WholeNumber.parse(text, in: 1...Resources.procRange.upperBound)
        }
        mem = try reader.value(.mem) { (text) throws(UnusableText) in
            try WholeNumber.parse(text, in: 1...Resources.memRange.upperBound)
        }
        tasks = try reader.value(.tasks, PlainText.parse).map(absolute)
        access = try reader.choice(.auth) ?? access
        allowedOrigins = try reader.list(.allowOrigin, Origin.parse)
        rate =
            try reader.value(.rate) { (text) throws(UnusableText) in
                try WholeNumber.parse(text, in: 0...1_000_000)
            } ?? rate
        stallAfter = try reader.value(.stallAfter, LongTime.parse) ?? stallAfter
        endWithin = try reader.value(.endWithin, LongTime.parse) ?? endWithin
        let connections = { (text: String) throws(UnusableText) in
            try WholeNumber.parse(text, in: 1...ConnectionBudget.most)
        }
        maxConnections = try reader.value(.maxConnections, connections)
        maxStrangers = try reader.value(.maxStrangers, connections) ?? maxStrangers
        maxStrangersPerAddress =
            try reader.value(.maxStrangersPerAddress, connections) ?? maxStrangersPerAddress
        compression = try reader.choice(.compression) ?? compression
        web = try reader.value(.web, PlainText.parse).map(absolute)
        record = try reader.value(.record, PlainText.parse).map(absolute)
        logLevel = try reader.choice(.logLevel) ?? logLevel
        logFormat = try reader.choice(.logFormat) ?? logFormat
    }
}
