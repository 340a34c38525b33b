import CMongoc

/// libmongoc itself, which is set up once per process and never taken down.
enum Library {
    static let isSetUp: Bool = {
        mongoc_log_set_handler(writeLibraryLine, nil)
        mongoc_init()
        return true
    }()
}

private func writeLibraryLine(
    _ level: mongoc_log_level_t,
    _ domain: UnsafePointer<CChar>?,
    _ message: UnsafePointer<CChar>?,
    _ context: UnsafeMutableRawPointer?
) {
    guard let domain, let message else { return }
    LibraryLog.write(
        level: level,
        domain: String(cString: domain),
        message: String(cString: message)
    )
}
