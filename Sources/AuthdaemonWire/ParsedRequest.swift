/// What the bytes of a connection turned out to be.
public enum ParsedRequest: Sendable {
  /// Ask the directories.
  case request(Request)
  /// Answer `Reply.fail`.
  case refused(RefusedRequest)
  /// Close without a reply.
  case malformed(WireFault)
}
