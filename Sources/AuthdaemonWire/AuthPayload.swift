internal import Secrets

/// The bytes that `AUTH length` announces:
/// ```
/// payload   = service LF authtype LF authdata *LF
/// authdata  = userid LF password           ; authtype "login"
///           / base64(challenge) LF base64(userid SP hexdigest)   ; "cram-md5", "cram-sha1", "cram-sha256"
/// ```
/// Fields are taken by position. A mail client that puts LF into a user name or password adds a line, and a reader that skips
/// or shifts lines then checks a name and a password that nobody typed; so nothing but LFs may follow the two lines.
struct AuthPayload {
  private static let lineFeed = UInt8(ascii: "\n")

  private let meta: RequestMeta
  private let service: UnsafeRawBufferPointer

  static func parse(_ payload: UnsafeRawBufferPointer, _ meta: RequestMeta) -> ParsedRequest {
    let serviceEnd = payload.position(of: lineFeed) ?? payload.count
    let reader = AuthPayload(meta: meta, service: payload.part(0..<serviceEnd))
    guard let typeEnd = payload.position(of: lineFeed, from: serviceEnd + 1), serviceEnd > 0,
      !reader.service.holdsControlByte
    else { return reader.refused(.malformed) }
    let type = payload.part((serviceEnd + 1)..<typeEnd)
    let data = payload.part(from: typeEnd + 1)

    if type.spells("login") { return reader.login(data) }
    for mechanism in ChallengeMechanism.allCases where type.elementsEqual(mechanism.rawValue.utf8) {
      return reader.challengeResponse(mechanism, data)
    }
    return reader.refused(.unknownMechanism)
  }

  private func login(_ data: UnsafeRawBufferPointer) -> ParsedRequest {
    guard let (userID, password) = Self.twoLines(data) else { return refused(.malformed, data) }
    if userID.isEmpty || password.isEmpty { return refused(.emptyCredentials, userID) }
    // crypt(3) ends at a NUL: whatever follows one would not be checked.
    if userID.holdsControlByte || password.position(of: 0) != nil { return refused(.malformed, userID) }
    return accepted(userID, .login(password: Secret(password)))
  }

  private func challengeResponse(_ mechanism: ChallengeMechanism, _ data: UnsafeRawBufferPointer) -> ParsedRequest {
    guard let (challengeText, responseText) = Self.twoLines(data),
      let challenge = Base64.decoded(challengeText), !challenge.isEmpty,
      let response = Base64.decoded(responseText)
    else { return refused(.malformed) }
    return response.withUnsafeBytes { response in
      // The last one: a user id may hold spaces, a digest cannot.
      guard let space = response.lastPosition(of: UInt8(ascii: " ")) else { return refused(.malformed) }
      let userID = response.part(0..<space)
      guard let digest = Hexadecimal.decoded(response.part(from: space + 1), length: mechanism.digestLength),
        !userID.holdsControlByte
      else { return refused(.malformed, userID) }
      if userID.isEmpty { return refused(.emptyCredentials) }
      return accepted(userID, .challengeResponse(mechanism, challenge: challenge, digest: digest))
    }
  }

  /// Exactly two lines; the second may lack its LF, and more LFs may follow it.
  private static func twoLines(
    _ data: UnsafeRawBufferPointer
  ) -> (first: UnsafeRawBufferPointer, second: UnsafeRawBufferPointer)? {
    guard let firstEnd = data.position(of: lineFeed) else { return nil }
    let secondEnd = data.position(of: lineFeed, from: firstEnd + 1) ?? data.count
    for byte in data.part(from: secondEnd) where byte != lineFeed { return nil }
    return (data.part(0..<firstEnd), data.part((firstEnd + 1)..<secondEnd))
  }

  private func accepted(_ userID: UnsafeRawBufferPointer, _ credentials: Credentials) -> ParsedRequest {
    .request(
      Request(
        meta: meta, command: .authenticate(service: [UInt8](service), userID: [UInt8](userID), credentials)))
  }

  /// - Parameter data: begins with the user id, as far as it could be told; a line at the most is kept.
  private func refused(
    _ reason: RefusedRequest.Reason, _ data: UnsafeRawBufferPointer? = nil
  ) -> ParsedRequest {
    let userID = data.map { $0.part(0..<($0.position(of: Self.lineFeed) ?? $0.count)) }
    return .refused(
      RefusedRequest(
        meta: meta, verb: .auth, service: [UInt8](service), userID: userID.map { [UInt8]($0) } ?? [], reason: reason))
  }
}
