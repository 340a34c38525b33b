import ArgumentParser

/// `jobsync store`.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Move jobs between the store in a data folder and MongoDB.",
        subcommands: [StoreCopyCommand.self]
    )
}
