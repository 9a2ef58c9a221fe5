import AuthdaemonWire
import Secrets

/// The request parser, on any bytes:
/// - it does not trap, and says the same however the bytes are cut;
/// - names in a request are not empty and free of control bytes, passwords free of LF and NUL, within the limits;
/// - a request that is written down again is read as the same one.
@_cdecl("LLVMFuzzerTestOneInput")
public func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Input(start, count)
  let whole = parse([input])
  for cut in input.cuts {
    let pieces = parse([Input(rebasing: input[..<cut]), Input(rebasing: input[cut...])])
    promise(spelt(pieces) == spelt(whole), "cut at \(cut): another request")
  }
  if count <= 256 {
    let bytes = input.indices.map { Input(rebasing: input[$0..<($0 + 1)]) }
    promise(spelt(parse(bytes)) == spelt(whole), "byte by byte: another request")
  }
  if case .request(let request) = whole { check(request) }
  return 0
}

private func parse(_ pieces: [Input]) -> ParsedRequest {
  var parser = RequestParser()
  for piece in pieces {
    if case .done(let parsed) = parser.feed(piece) { return parsed }
  }
  return parser.end()
}

private func check(_ request: Request) {
  let meta = request.meta
  promise((meta.remoteAddress?.count ?? 0) <= WireLimits.remoteAddress, "a long address")
  let written: [UInt8]
  switch request.command {
  case .enumerate: return
  case .account(let module, let service, let userID):
    promise(RequestEncoder.carries(userID), "the user id")
    promise(!(module + service).contains { $0 < 0x20 }, "a control byte")
    if service.isEmpty || module.isEmpty { return }
    written = RequestEncoder.account(
      module: module, service: service, userID: userID, remoteAddress: meta.remoteAddress)
  case .setPassword(let service, let userID, let old, let new):
    promise(RequestEncoder.carries(userID) && RequestEncoder.carries(service), "a name")
    for password in [old, new] {
      promise(!password.isEmpty && password.withBytes { !$0.contains { $0 < 0x20 } }, "a password")
    }
    if service.first == UInt8(ascii: " ") { return }
    written = RequestEncoder.setPassword(
      service: service, userID: userID, oldPassword: old, newPassword: new, remoteAddress: meta.remoteAddress)
  case .authenticate(let service, let userID, let credentials):
    promise(RequestEncoder.carries(userID) && RequestEncoder.carries(service), "a name")
    switch credentials {
    case .login(let password):
      promise(!password.isEmpty && password.withBytes { !$0.contains(0) && !$0.contains(10) }, "a password")
      written = RequestEncoder.login(
        service: service, userID: userID, password: password, remoteAddress: meta.remoteAddress)
    case .challengeResponse(let mechanism, let challenge, let digest):
      promise(!challenge.isEmpty && digest.count == mechanism.digestLength, "challenge and digest")
      written = RequestEncoder.login(
        service: service, userID: userID, mechanism: mechanism, challenge: challenge, digest: digest,
        remoteAddress: meta.remoteAddress)
    }
  }
  // A final LF that the client left out may take it over the limit.
  if written.count > WireLimits.line { return }
  promise(
    spelt(written.withUnsafeBytes { parse([$0]) }) == spelt(.request(request)),
    "written and read again: another request")
}

/// Everything that a parsed request holds, as bytes that can be compared.
private func spelt(_ parsed: ParsedRequest) -> [UInt8] {
  var bytes: [UInt8] = []
  func add(_ field: some Collection<UInt8>) {
    withUnsafeBytes(of: field.count) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: field)
  }
  func add(_ secret: Secret) { secret.withBytes { add($0) } }
  func add(_ meta: RequestMeta) { add(meta.remoteAddress.map { $0 + [1] } ?? []) }
  switch parsed {
  case .malformed(let fault): add(fault.code.rawValue.utf8)
  case .refused(let refused):
    add(refused.meta)
    for field in [refused.verb.rawValue, refused.reason.rawValue] { add(field.utf8) }
    for field in [refused.service, refused.userID] { add(field) }
  case .request(let request):
    add(request.meta)
    add(request.command.verb.rawValue.utf8)
    for field in [request.command.service, request.command.userID] { add(field) }
    switch request.command {
    case .enumerate: break
    case .account(let module, _, _): add(module)
    case .setPassword(_, _, let old, let new): for password in [old, new] { add(password) }
    case .authenticate(_, _, .login(let password)): add(password)
    case .authenticate(_, _, .challengeResponse(let mechanism, let challenge, let digest)):
      add(mechanism.rawValue.utf8)
      for field in [challenge, digest] { add(field) }
    }
  }
  return bytes
}
