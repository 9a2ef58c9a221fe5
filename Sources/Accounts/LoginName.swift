/// A user id as a client sent it, with the default domain applied.
///
/// Bytes and not a `String`: a user id need not be UTF-8, and two different ones must never become equal by repair.
public struct LoginName: Sendable, Equatable {
  /// The whole name; the default domain is added when the client gave none. Placeholder `:username`.
  public let username: [UInt8]
  /// Where the local part ends. Both parts lie in `username`: few queries ask for them.
  private let split: Int

  /// Up to the last `@`. Placeholder `:local_part`.
  public var localPart: ArraySlice<UInt8> { username[..<split] }
  /// Behind the last `@`, or the default domain, or empty. Placeholder `:domain`.
  public var domain: ArraySlice<UInt8> { username[min(split + 1, username.count)...] }

  /// - Parameter defaultDomain: without `@`; nil or empty adds nothing.
  public init(_ userID: [UInt8], defaultDomain: String?) {
    let at = UInt8(ascii: "@")
    if let last = userID.lastIndex(of: at) {
      username = userID
      split = last
    } else if let defaultDomain, !defaultDomain.isEmpty {
      var whole: [UInt8] = []
      whole.reserveCapacity(userID.count + 1 + defaultDomain.utf8.count)
      whole += userID
      whole.append(at)
      whole += defaultDomain.utf8
      username = whole
      split = userID.count
    } else {
      username = userID
      split = userID.count
    }
  }
}
