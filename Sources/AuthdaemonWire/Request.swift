/// A request that a directory can be asked about. Printing or dumping it shows no secret.
public struct Request: Sendable {
  /// What the client said of itself.
  public var meta: RequestMeta
  /// What it asks.
  public var command: Command

  /// A request as a parser would make it.
  public init(meta: RequestMeta = RequestMeta(), command: Command) {
    self.meta = meta
    self.command = command
  }
}
