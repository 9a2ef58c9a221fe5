internal import AuthdaemonWire
internal import Secrets

extension RequestCourse {
  /// What asks whether it may go on.
  struct Candidate {
    /// What is offered as proof.
    let credentials: Credentials
    /// What it will be compared with; nil when there is nothing to compare it with.
    let stored: Secret?
    /// False: `stored` is a password in the clear.
    let isHash: Bool
    /// The account's name as the database spells it; empty when there is none.
    let username: [UInt8]
    /// Whether it is to be hashed, even if it was right a moment ago.
    let isAfresh: Bool
    /// Whether `needsAppPasswords` may be said.
    let lacksAppPasswords: Bool
  }
}
