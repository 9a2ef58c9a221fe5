public import Secrets

/// A complete and well-formed question. Every user id in it is not empty and free of control bytes, every service too.
public enum Command: Sendable {
  /// AUTH.
  case authenticate(service: [UInt8], userID: [UInt8], Credentials)
  /// PRE. `module` is `.` for every back end, or the name of one.
  case account(module: [UInt8], service: [UInt8], userID: [UInt8])
  /// PASSWD. Neither password is empty.
  case setPassword(service: [UInt8], userID: [UInt8], oldPassword: Secret, newPassword: Secret)
  /// ENUMERATE.
  case enumerate

  /// The word that it began with.
  public var verb: Verb {
    switch self {
    case .authenticate: .auth
    case .account: .pre
    case .setPassword: .passwd
    case .enumerate: .enumerate
    }
  }

  /// On whose behalf the client asks: `imap`, `smtp`, …; empty for ENUMERATE.
  public var service: [UInt8] {
    switch self {
    case .authenticate(let service, _, _): service
    case .account(_, let service, _): service
    case .setPassword(let service, _, _, _): service
    case .enumerate: []
    }
  }

  /// Whom it is about, as the client spelt it; empty for ENUMERATE.
  public var userID: [UInt8] {
    switch self {
    case .authenticate(_, let userID, _): userID
    case .account(_, _, let userID): userID
    case .setPassword(_, let userID, _, _): userID
    case .enumerate: []
    }
  }
}
