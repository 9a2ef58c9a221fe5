import Accounts
import Configuration
import Testing

/// Two kinds of database that never open, and a machine with a few users.
enum Fixture {
  struct NeverOpened: Error {}

  static let sqlite = BackEnd(
    type: "sqlite", aliases: ["authsqlite"], dialect: .sqlite, locationKey: "database", takesPasswordFile: false,
    objection: { $0.hasPrefix("/") ? nil : "expected the absolute path of a database file" },
    holdsPassword: { _ in false },
    open: { _ in throw NeverOpened() })

  /// Objects as `BackEnd.objection` has to: without the word it did not understand.
  static let postgresql = BackEnd(
    type: "postgresql", aliases: ["authpgsql"], dialect: .postgresql, locationKey: "connection",
    objection: { location in
      let words = location.split { " \n\t".contains($0) }
      return words.contains { !$0.contains("=") && !$0.contains("://") }
        ? "missing \"=\" in connection info string" : nil
    },
    holdsPassword: { $0.contains("password=") || $0.contains("://") && $0.contains("@") },
    open: { _ in throw NeverOpened() })

  static let mariadb = BackEnd(
    type: "mariadb", aliases: ["authmysql"], dialect: .mariadb, locationKey: "connection",
    objection: { location in
      let words = location.split(separator: " ")
      return words.contains { !$0.contains("=") } ? "missing \"=\"" : nil
    },
    holdsPassword: { $0.contains("password=") },
    open: { _ in throw NeverOpened() })

  static let backEnds = [sqlite, postgresql, mariadb]

  static let users: [String: UInt32] = ["root": 0, "postfix": 101, "gatepost": 990]
  static let groups: [String: UInt32] = ["mail": 8, "postfix": 102, "courier": 103]

  static let system = SystemFacts(
    user: { name in
      if name == "nss-is-down" { return .failed("Connection refused") }
      return users[name].map { .known($0) } ?? .unknown
    },
    group: { groups[$0].map { .known($0) } ?? .unknown },
    credentialsDirectory: "/run/credentials/gatepost.service",
    file: { ["/etc/gatepost/open": FileFacts(mode: 0o644, owner: 0)][$0] ?? FileFacts(mode: 0o600, owner: 0) })

  static func read(_ text: String, file: FileFacts? = nil) throws(ConfigurationError) -> Settings {
    try ConfigurationReader.read(text: text, backEnds: backEnds, file: file, system: system)
  }

  /// The mistakes of a text that has some; empty when it has none.
  static func mistakes(_ text: String, file: FileFacts? = nil) -> [Mistake] {
    do throws(ConfigurationError) {
      _ = try read(text, file: file)
      return []
    } catch {
      return error.mistakes
    }
  }

  /// The shortest directory there is.
  static let directory = """
    [[directory]]
    type = "sqlite"
    database = "/a.db"
    preset = "courier"

    """
}
