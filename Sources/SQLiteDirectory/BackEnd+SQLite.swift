public import Accounts

extension BackEnd {
  /// SQLite: `type = "sqlite"`, `database = "/path/of/the/file"`. The file is opened read-only but for `set-password`.
  public static let sqlite = BackEnd(
    type: "sqlite", aliases: ["authsqlite"], dialect: .sqlite, locationKey: "database", takesPasswordFile: false,
    objection: { location in
      guard !location.isEmpty else { return "must name the database file" }
      guard !location.utf8.contains(0) else { return "holds a NUL byte" }
      guard location.utf8.first == UInt8(ascii: "/") else {
        return "must be an absolute path: a daemon has no folder of its own that \"\(location)\" could begin in"
      }
      guard location.utf8.last != UInt8(ascii: "/") else { return "must name a file, not the folder \(location)" }
      return nil
    },
    holdsPassword: { _ in false },
    open: { try SQLiteDirectory($0) })
}
