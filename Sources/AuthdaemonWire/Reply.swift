/// The replies that are always the same. A temporary failure has none: the connection closes without a byte.
public enum Reply {
  /// Refused: it is the user's fault.
  public static let fail = [UInt8]("FAIL\n".utf8)
  /// The password was changed.
  public static let ok = [UInt8]("OK\n".utf8)
}
