import JSON
import JobStorage
import Mongo

/// What was saved under a name: `{_id: "setting.…", value}`.
enum SettingDocument {
    static func id(_ name: String) -> BSONValue { .string(StoreLayout.settingPrefix + name) }

    /// Saves a value, or forgets it.
    static func write(_ change: SettingChange) -> MongoWrite {
        let id = id(change.name)
        guard let value = change.value else { return .remove(["_id": id]) }
        let document = BSONDocument { writer in
            writer.append(id, for: "_id")
            writer.append(held: value, for: "value")
        }
        return .replace(["_id": id], with: document, upsert: true)
    }

    /// The name in a document's `_id`, if it holds a setting.
    static func name(_ id: String) -> String? {
        id.hasPrefix(StoreLayout.settingPrefix)
            ? String(id.dropFirst(StoreLayout.settingPrefix.count)) : nil
    }
}
