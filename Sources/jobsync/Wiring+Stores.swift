import JobManagement
import JobStorage
import Logging
import MongoStorage
import SQLiteStorage

extension Wiring {
    /// Opens a store, or makes it.
    ///
    /// - Parameters:
    ///   - location: Where it is; the folder of a file must be there.
    ///   - logger: For what happens to the connection.
    /// - Returns: The store.
    /// - Throws: A line for people.
    static func openStore(
        _ location: StoreLocation,
        logger: Logger
    ) async throws(StartError) -> any JobStore & DataStore {
        switch location {
        case .file(let path):
            do throws(SQLiteStoreError) {
                return try await SQLiteJobStore.open(at: path, logger: logger)
            } catch {
                throw StartError(message: error.description)
            }
        case .mongo(let uri):
            do throws(MongoStoreError) {
                return try await MongoJobStore.open(uri, logger: logger)
            } catch {
                throw StartError(message: error.description)
            }
        }
    }

    /// Keeps other servers from a data folder whose jobs are kept elsewhere.
    ///
    /// - Parameter data: The data folder.
    /// - Returns: The lock, the same that a store in the folder would hold.
    /// - Throws: A line for people, if a server uses the folder.
    static func lockFolder(_ data: String) throws(StartError) -> StoreLock {
        do throws(SQLiteStoreError) {
            return try StoreLock(besides: StoreLocation.file(in: data))
        } catch {
            throw StartError(message: error.description)
        }
    }
}

/// The two stores of a copy.
struct StorePair {
    /// One of them.
    struct Side {
        let location: StoreLocation
        let store: any JobStore & DataStore
    }

    let source: Side
    let target: Side
    let settings: [StoreCopy.Setting]

    /// Opens both; the folder of the target is made if there is none.
    static func open(
        from source: StoreLocation,
        to target: StoreLocation,
        logger: Logger
    ) async throws(StartError) -> StorePair {
        let left = Side(
            location: source,
            store: try await Wiring.openStore(source, logger: logger)
        )
        do throws(StartError) {
            if let folder = target.dataFolder { try DataFolder.prepare(folder) }
            let right = Side(
                location: target,
                store: try await Wiring.openStore(target, logger: logger)
            )
            return StorePair(
                source: left,
                target: right,
                settings: try await settings(left, right)
            )
        } catch {
            await left.store.close()
            throw error
        }
    }

    func close() async {
        await target.store.close()
        await source.store.close()
    }

    /// Limits of tasks hold everywhere; what jobs may use is each server's own where several
    /// share a store, and the name of a data folder's server says whose it is.
    private static func settings(
        _ source: Side,
        _ target: Side
    ) async throws(StartError) -> [StoreCopy.Setting] {
        func name(of server: String?) -> String { JobManager.machineSetting(of: server) }
        var settings = [StoreCopy.Setting(JobManager.limitSetting, as: JobManager.limitSetting)]
        switch (source.location.dataFolder, target.location.dataFolder) {
        case (.some, .some):
            settings.append(StoreCopy.Setting(name(of: nil), as: name(of: nil)))
        case (let folder?, nil):
            let server = try ServerIdentity.name(in: folder)
            settings.append(StoreCopy.Setting(name(of: nil), as: name(of: server)))
        case (nil, let folder?):
            let server = try ServerIdentity.name(in: folder)
            settings.append(StoreCopy.Setting(name(of: server), as: name(of: nil)))
        case (nil, nil):
            guard let shared = source.store as? any SharedJobStore else { break }
            do throws(JobStoreError) {
                for server in try await shared.servers() {
                    let name = name(of: server.id)
                    settings.append(StoreCopy.Setting(name, as: name))
                }
            } catch {
                throw StartError(message: "\(source.location) does not answer: \(error.reason)")
            }
        }
        return settings
    }
}

extension JobStoreError {
    /// What happened, in words.
    var reason: String {
        switch self {
        case .conflict(let id): "job \(id) was changed meanwhile"
        case .fenced: "another server leads by now"
        case .unavailable(let reason), .notWritten(let reason): reason
        }
    }
}
