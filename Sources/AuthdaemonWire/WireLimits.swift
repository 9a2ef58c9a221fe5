/// How much of anything may cross the wire. All lengths are in bytes.
///
/// Where the source is "clients", the figure is what the field's programs can send or hold; a larger one buys nothing.
public enum WireLimits {
  /// A request line, before its LF. Source: clients compose a line in a buffer of 8,192.
  public static let line = 8_190
  /// The payload that `AUTH` announces. Source: courier's server takes 8,191 and closes on 8,192.
  public static let payload = 8_191
  /// Lines of `name=value` before the command. Ours: clients send one. They are not kept, so the bound is on patience alone.
  public static let metaLines = 100
  /// What is kept of TCPREMOTEIP: the longest IPv6 address without a zone.
  public static let remoteAddress = 39
  /// A whole reply, its final `.` LF included. Source: clients hold a reply in 8,192.
  public static let reply = 8_190
  /// One line of ENUMERATE, its LF included. Source: clients hold a line in 8,192.
  public static let enumerationLine = 8_190
}
