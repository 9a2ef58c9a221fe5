/// A server that a test needs does not do what it must.
public struct ServerTrouble: Error, CustomStringConvertible {
  /// What is wrong, with the end of the server's log.
  public let description: String

  /// - Parameter log: its last lines are shown.
  public init(_ text: String, log: String = "") {
    let end = log.split(separator: "\n").suffix(30).joined(separator: "\n")
    description = end.isEmpty ? text : "\(text); its log ends:\n\(end)"
  }
}
