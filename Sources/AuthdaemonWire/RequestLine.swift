internal import Secrets

/// One line of a request, without its LF:
/// ```
/// line      = meta / command
/// meta      = name "=" value              ; the "=" comes before the first space
/// command   = "AUTH" SP length
///           / "PRE" SP module SP service SP userid
///           / "PASSWD" SP service TAB userid TAB oldpassword TAB newpassword
///           / "ENUMERATE"
/// ```
/// Several spaces may stand for one SP, and behind `length` and `ENUMERATE`. `userid` of PRE is the rest of the line: it may hold
/// spaces and end in them.
enum RequestLine {
  /// The line was about the client; more lines follow.
  case meta
  /// An AUTH payload of so many bytes follows: 1 … `WireLimits.payload`.
  case payload(Int)
  /// The line was the whole request.
  case done(ParsedRequest)

  static func parse(_ line: UnsafeRawBufferPointer, into meta: inout RequestMeta) -> RequestLine {
    let space = line.position(of: UInt8(ascii: " ")) ?? line.count
    let word = line.part(0..<space)
    if let equals = word.position(of: UInt8(ascii: "=")) {
      meta.set(name: word.part(0..<equals), value: line.part(from: equals + 1))
      return .meta
    }
    let rest = line.part(from: space).withoutLeadingSpaces
    if word.spells("AUTH") { return payload(length: rest.withoutTrailingSpaces) }
    if word.spells("PRE") { return .done(account(rest, meta)) }
    if word.spells("PASSWD") { return .done(setPassword(rest, meta)) }
    if word.spells("ENUMERATE"), rest.isEmpty { return .done(.request(Request(meta: meta, command: .enumerate))) }
    return fault(.unknownCommand)
  }

  private static func fault(_ code: WireFault.Code) -> RequestLine {
    .done(.malformed(WireFault(code)))
  }

  /// The number is capped at every digit, so that no length of digits can overflow.
  private static func payload(length digits: UnsafeRawBufferPointer) -> RequestLine {
    var length = 0
    for digit in digits {
      guard case UInt8(ascii: "0")...UInt8(ascii: "9") = digit else { return fault(.badLength) }
      length = min(length * 10 + Int(digit - UInt8(ascii: "0")), WireLimits.payload + 1)
    }
    if length == 0 { return fault(.badLength) }
    return length > WireLimits.payload ? fault(.payloadTooLong) : .payload(length)
  }

  private static func account(_ rest: UnsafeRawBufferPointer, _ meta: RequestMeta) -> ParsedRequest {
    guard let moduleEnd = rest.position(of: UInt8(ascii: " ")) else { return .malformed(WireFault(.missingField)) }
    let module = rest.part(0..<moduleEnd)
    let tail = rest.part(from: moduleEnd).withoutLeadingSpaces
    guard let serviceEnd = tail.position(of: UInt8(ascii: " ")) else { return .malformed(WireFault(.missingField)) }
    let service = tail.part(0..<serviceEnd)
    let userID = tail.part(from: serviceEnd).withoutLeadingSpaces

    func refused(_ reason: RefusedRequest.Reason) -> ParsedRequest {
      .refused(
        RefusedRequest(meta: meta, verb: .pre, service: [UInt8](service), userID: [UInt8](userID), reason: reason))
    }
    if userID.isEmpty { return refused(.emptyCredentials) }
    if module.holdsControlByte || service.holdsControlByte || userID.holdsControlByte { return refused(.malformed) }
    return .request(
      Request(
        meta: meta,
        command: .account(module: [UInt8](module), service: [UInt8](service), userID: [UInt8](userID))))
  }

  private static func setPassword(_ rest: UnsafeRawBufferPointer, _ meta: RequestMeta) -> ParsedRequest {
    let tab = UInt8(ascii: "\t")
    let serviceEnd = rest.position(of: tab) ?? rest.count
    let userStart = min(serviceEnd + 1, rest.count)
    let userEnd = rest.position(of: tab, from: userStart) ?? rest.count
    let service = rest.part(0..<serviceEnd)
    let userID = rest.part(userStart..<userEnd)

    func refused(_ reason: RefusedRequest.Reason) -> ParsedRequest {
      .refused(
        RefusedRequest(meta: meta, verb: .passwd, service: [UInt8](service), userID: [UInt8](userID), reason: reason))
    }
    guard let oldEnd = rest.position(of: tab, from: userEnd + 1) else { return refused(.malformed) }
    let old = rest.part((userEnd + 1)..<oldEnd)
    let new = rest.part(from: oldEnd + 1)
    // A fifth field, or another control byte anywhere.
    for byte in old where byte < 0x20 { return refused(.malformed) }
    for byte in new where byte < 0x20 { return refused(.malformed) }
    if service.isEmpty || service.holdsControlByte || userID.holdsControlByte { return refused(.malformed) }
    if userID.isEmpty || old.isEmpty || new.isEmpty { return refused(.emptyCredentials) }
    return .request(
      Request(
        meta: meta,
        command: .setPassword(
          service: [UInt8](service), userID: [UInt8](userID), oldPassword: Secret(old), newPassword: Secret(new))))
  }
}
