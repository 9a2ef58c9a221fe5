import AuthdaemonWire
import Secrets

/// What a parser made of its bytes, in one line, passwords and all: a word or two for the kind, then the fields, each in `<>`, with
/// control bytes and what is not ASCII as `\xx`.
func rendered(_ parsed: ParsedRequest) -> String {
  switch parsed {
  case .malformed(let fault): return "closed \(fault.code.rawValue)"
  case .refused(let refused):
    return "FAIL \(refused.reason.rawValue) \(refused.verb.rawValue) \(shown(refused.service)) \(shown(refused.userID))"
      + rendered(refused.meta)
  case .request(let request):
    return rendered(request.command) + rendered(request.meta)
  }
}

private func rendered(_ command: Command) -> String {
  switch command {
  case .authenticate(let service, let userID, .login(let password)):
    "AUTH \(shown(service)) \(shown(userID)) login \(shown(password))"
  case .authenticate(let service, let userID, .challengeResponse(let mechanism, let challenge, let digest)):
    "AUTH \(shown(service)) \(shown(userID)) \(mechanism.rawValue) \(shown(challenge)) \(hexadecimal(digest))"
  case .account(let module, let service, let userID):
    "PRE \(shown(module)) \(shown(service)) \(shown(userID))"
  case .setPassword(let service, let userID, let oldPassword, let newPassword):
    "PASSWD \(shown(service)) \(shown(userID)) \(shown(oldPassword)) \(shown(newPassword))"
  case .enumerate: "ENUMERATE"
  }
}

private func rendered(_ meta: RequestMeta) -> String {
  meta.remoteAddress.map { " from \(shown($0))" } ?? ""
}

func shown(_ secret: Secret) -> String {
  secret.withBytes { shown([UInt8]($0)) }
}

func shown(_ bytes: [UInt8]) -> String {
  // Long runs would drown a failure's message.
  if bytes.count > 200 { return "<\(bytes.count) bytes>" }
  return "<"
    + bytes.map {
      (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : "\\" + hexadecimal([$0])
    }.joined() + ">"
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
