public import Secrets

/// One more password of an account, for one program or device, and for some services only: a row of the `app-passwords` query.
public struct AppPassword: Sendable {
  /// How many one account may have: 32. A wrong password is compared with each of them, and a costly hash takes 50 ms and more.
  public static let maximumCount = 32
  /// What is kept of a description, in bytes: the log shows no more of it.
  public static let maximumLabelLength = 64

  /// The stored hash, with or without a `{SCHEME}`.
  public let hash: Secret
  /// The description, for the log; empty when there is none. May hold any byte: whoever shows it sees to that.
  public let label: [UInt8]
  /// What it is good for.
  public let services: ServiceList

  /// - Parameter label: what is longer than `maximumLabelLength` is cut.
  public init(hash: Secret, label: [UInt8] = [], services: ServiceList = .all) {
    self.hash = hash
    self.label = Array(label.prefix(Self.maximumLabelLength))
    self.services = services
  }
}
