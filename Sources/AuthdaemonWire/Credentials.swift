public import Secrets

/// What a client offers as proof. Its description and mirror show the mechanism alone: with challenge and digest in hand a
/// weak password can be guessed.
public enum Credentials: Sendable, CustomStringConvertible, CustomReflectable {
  /// The password itself: not empty, free of LF and NUL.
  case login(password: Secret)
  /// An answer to a challenge that the client made up. `challenge` is decoded and not empty; `digest` is raw and exactly
  /// `digestLength` bytes long.
  case challengeResponse(ChallengeMechanism, challenge: [UInt8], digest: [UInt8])

  /// The mechanism's name on the wire.
  public var description: String {
    switch self {
    case .login: "login"
    case .challengeResponse(let mechanism, _, _): mechanism.rawValue
    }
  }

  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
