/// Something about password guessing that an administrator should know.
public enum ThrottleEvent: Sendable, Equatable {
  /// An account had too many failures in a row, and is slowed to the maximum for a day. As the throttle knows it: lower case.
  case manyFailures(account: [UInt8])
}
