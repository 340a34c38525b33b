import GRDB
import JSON
import JobStorage

extension SettingChange {
    /// Saves the value, or forgets it, within a transaction.
    func write(to db: Database) throws {
        guard let value else {
            let statement = try db.cachedStatement(sql: "DELETE FROM settings WHERE name = ?")
            return try statement.execute(arguments: [name])
        }
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)"
        )
        try statement.execute(arguments: [name, value.description])
    }
}
