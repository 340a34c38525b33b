import GRDB

/// The form of the store's file.
enum StoreSchema {
    /// Marks a file as ours: "JSYN".
    static let applicationID = 0x4A53_594E

    /// The latest form that we know; it stands in the file as `user_version`.
    static let format = 2

    /// Brings a file from any earlier form, or from nothing, to the latest one.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try createFirstForm(in: db)
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: "PRAGMA user_version = 1")
        }
        migrator.registerMigration("2") { db in
            try createDataTables(in: db)
            try db.execute(sql: "PRAGMA user_version = 2")
        }
        return migrator
    }

    // `gone` remembers where archived and removed jobs left the live set, so that those who were
    // away can be told; `meta.gone` is the number of its rows. The columns of `jobs` beside `doc`
    // are copies out of the document for the sake of indexes.

    private static func createFirstForm(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE jobs (
                    id TEXT PRIMARY KEY NOT NULL,
                    seq INTEGER NOT NULL UNIQUE,
                    version INTEGER NOT NULL,
                    state TEXT NOT NULL,
                    task TEXT NOT NULL,
                    username TEXT NOT NULL,
                    archived INTEGER NOT NULL,
                    added INTEGER NOT NULL,
                    updated INTEGER NOT NULL,
                    doc TEXT NOT NULL
                ) STRICT;
                CREATE INDEX jobs_live ON jobs (seq) WHERE archived = 0;
                CREATE INDEX jobs_added ON jobs (added, id);
                CREATE INDEX jobs_updated ON jobs (updated, id);
                CREATE INDEX jobs_state ON jobs (state, added, id);
                CREATE INDEX jobs_task ON jobs (task, added, id);
                CREATE INDEX jobs_username ON jobs (username, added, id);
                CREATE TABLE gone (
                    id TEXT PRIMARY KEY NOT NULL,
                    seq INTEGER NOT NULL UNIQUE
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE settings (
                    name TEXT PRIMARY KEY NOT NULL,
                    value TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE meta (
                    only INTEGER PRIMARY KEY CHECK (only = 1),
                    epoch TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    horizon INTEGER NOT NULL,
                    gone INTEGER NOT NULL
                ) STRICT;
                """
        )
        let epoch = String(UInt64.random(in: .min ... .max), radix: 16)
        try db.execute(
            sql: "INSERT INTO meta (only, epoch, seq, horizon, gone) VALUES (1, ?, 0, 0, 0)",
            arguments: [epoch]
        )
    }

    // `data_uses` says for each record what it was made from, to find who uses something.

    private static func createDataTables(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE data (
                    kind TEXT NOT NULL,
                    id TEXT NOT NULL,
                    record TEXT NOT NULL,
                    PRIMARY KEY (kind, id)
                ) STRICT;
                CREATE TABLE data_uses (
                    used_kind TEXT NOT NULL,
                    used_id TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    id TEXT NOT NULL,
                    PRIMARY KEY (used_kind, used_id, kind, id)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX data_uses_user ON data_uses (kind, id);
                """
        )
    }
}
