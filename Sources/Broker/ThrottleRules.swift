public import Accounts
internal import Threads

/// `[throttle]`: what the administrator decides of it.
public struct ThrottleRules: Sendable, Equatable {
  /// The longest wait, at most 15 s.
  public var maxDelay: Duration
  /// Networks whose failures are not counted by address: those of programs that ask for many people.
  public var exempt: [NetworkPrefix]

  /// The machine itself: a webmail on it asks for everybody.
  public static let standardExempt = ["127.0.0.0/8", "::1"].compactMap { NetworkPrefix($0) }
  /// 15 s.
  public static let longestDelay = ThrottleSchedule.longest

  /// - Parameter maxDelay: cut to 15 s.
  public init(maxDelay: Duration = ThrottleRules.longestDelay, exempt: [NetworkPrefix] = ThrottleRules.standardExempt) {
    self.maxDelay = min(Self.longestDelay, max(.zero, maxDelay))
    self.exempt = exempt
  }

  /// By what an address is counted; nil: not at all.
  func site(of address: [UInt8]?) -> NetworkAddress? {
    guard let address, let parsed = NetworkAddress(address), !exempt.contains(where: { $0.contains(parsed) }) else {
      return nil
    }
    return parsed.site
  }

  /// How long a request may be held: never so long that its answer comes too late. Two fifths of the time stay for what comes after.
  func limit(deadline: Instant, at now: Instant) -> Duration {
    max(.zero, min(maxDelay, (deadline - now) * 3 / 5))
  }
}
