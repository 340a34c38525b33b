/// Stands here until the room is furnished.
enum Placeholder {}
