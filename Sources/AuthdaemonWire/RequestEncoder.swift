public import Secrets

/// Writes requests as the field's clients do: for `gatepost probe`, and for tests.
///
/// Values are taken as they are. One that `carries` denies makes another request out of it, or none.
public enum RequestEncoder {
  /// Whether `value` can stand in a request as a name or password: not empty, no control byte.
  public static func carries(_ value: [UInt8]) -> Bool {
    value.withUnsafeBytes { !$0.isEmpty && !$0.holdsControlByte }
  }

  /// AUTH with a password. The bytes hold it: wipe them after use.
  public static func login(
    service: [UInt8], userID: [UInt8], password: Secret, remoteAddress: [UInt8]? = nil
  ) -> [UInt8] {
    var bytes = opening(remoteAddress, then: "AUTH ", more: service.count + userID.count + password.count + 32)
    let login: StaticString = "\nlogin\n"
    bytes.append(
      decimal: UInt32(clamping: service.count + login.utf8CodeUnitCount + userID.count + 1 + password.count + 1))
    bytes.append("\n")
    bytes.append(contentsOf: service)
    bytes.append(login)
    bytes.append(contentsOf: userID)
    bytes.append("\n")
    password.withBytes { bytes.append(contentsOf: $0) }
    bytes.append("\n")
    return bytes
  }

  /// AUTH with an answer to a challenge; both are encoded here.
  public static func login(
    service: [UInt8], userID: [UInt8], mechanism: ChallengeMechanism, challenge: [UInt8], digest: [UInt8],
    remoteAddress: [UInt8]? = nil
  ) -> [UInt8] {
    var payload = service
    payload.append("\n")
    payload.append(contentsOf: mechanism.rawValue.utf8)
    payload.append("\n")
    payload.append(contentsOf: Base64.encoded(challenge))
    payload.append("\n")
    payload.append(contentsOf: Base64.encoded(userID + [UInt8(ascii: " ")] + Hexadecimal.encoded(digest)))
    payload.append("\n")
    var bytes = opening(remoteAddress, then: "AUTH ", more: payload.count + 16)
    bytes.append(decimal: UInt32(clamping: payload.count))
    bytes.append("\n")
    bytes.append(contentsOf: payload)
    return bytes
  }

  /// PRE. `module` is `.` for every back end.
  public static func account(
    module: [UInt8] = [UInt8(ascii: ".")], service: [UInt8], userID: [UInt8], remoteAddress: [UInt8]? = nil
  ) -> [UInt8] {
    var bytes = opening(remoteAddress, then: "PRE ", more: module.count + service.count + userID.count + 8)
    bytes.append(contentsOf: module)
    bytes.append(" ")
    bytes.append(contentsOf: service)
    bytes.append(" ")
    bytes.append(contentsOf: userID)
    bytes.append("\n")
    return bytes
  }

  /// PASSWD. The bytes hold both passwords: wipe them after use.
  public static func setPassword(
    service: [UInt8], userID: [UInt8], oldPassword: Secret, newPassword: Secret, remoteAddress: [UInt8]? = nil
  ) -> [UInt8] {
    var bytes = opening(
      remoteAddress, then: "PASSWD ",
      more: service.count + userID.count + oldPassword.count + newPassword.count + 8)
    bytes.append(contentsOf: service)
    bytes.append("\t")
    bytes.append(contentsOf: userID)
    bytes.append("\t")
    oldPassword.withBytes { bytes.append(contentsOf: $0) }
    bytes.append("\t")
    newPassword.withBytes { bytes.append(contentsOf: $0) }
    bytes.append("\n")
    return bytes
  }

  /// ENUMERATE.
  public static let enumerate = [UInt8]("ENUMERATE\n".utf8)

  /// - Parameter more: how many bytes will follow at most, so that no copy with a password in it is left behind by growing.
  private static func opening(_ remoteAddress: [UInt8]?, then verb: StaticString, more: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity((remoteAddress?.count ?? 0) + more + 32)
    if let remoteAddress {
      bytes.append("TCPREMOTEIP=")
      bytes.append(contentsOf: remoteAddress)
      bytes.append("\n")
    }
    bytes.append(verb)
    return bytes
  }
}
