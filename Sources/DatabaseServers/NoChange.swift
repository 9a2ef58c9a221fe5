package import Accounts

/// A query that is to store a password, and of which nobody can tell whether it has: a `SELECT` has a number of rows too, of those it returns.
package enum NoChange {
  private static let text = "does not say how many rows it changes: it must be an UPDATE"

  /// For whoever wants a password changed.
  package static let unavailability = Unavailability(.queryFailed, "set-password \(text)")

  /// - Parameter key: of the query.
  package static func finding(_ key: String) -> DirectoryFinding {
    DirectoryFinding(.configuration, key: key, "the query \(text)")
  }
}
