import AuthdaemonWire
import Secrets
import Testing

@Suite struct RequestParserTests {
  private let service = Array("imap".utf8)
  private let user = Array("user".utf8)

  @Test(arguments: RequestTable.all) func parses(_ example: RequestCase) {
    #expect(rendered(parse(example.request)) == example.expected)
  }

  @Test(arguments: RequestTable.all) func splittingChangesNothing(_ example: RequestCase) {
    for position in splitPositions(example.request) {
      let parsed = rendered(parse(example.request, splitAt: position))
      if parsed != example.expected { Issue.record("split at \(position): \(parsed)") }
    }
    #expect(rendered(parseDripping(example.request)) == example.expected)
  }

  /// Of the beginning of a request nothing can be said until its end, and its end is the one place where that changes.
  @Test(arguments: RequestTable.all) func truncationIsSeen(_ example: RequestCase) {
    let bytes = example.request
    guard let length = requestLength(bytes) else { return }
    for count in splitPositions(bytes) {
      var parser = RequestParser()
      let progress = bytes[..<count].withUnsafeBytes { parser.feed($0) }
      guard case .needsMore = progress else {
        if count < length { Issue.record("done after \(count) of \(length) bytes") }
        continue
      }
      if count >= length { Issue.record("not done after \(count) bytes, the request has \(length)") }
      let end = rendered(parser.end())
      if end != (count == 0 ? "closed nothing" : "closed truncated") { Issue.record("end after \(count): \(end)") }
    }
  }

  @Test func emptyUntilTheFirstByte() {
    var parser = RequestParser()
    #expect(parser.isEmpty)
    _ = parser.feed(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(parser.isEmpty)
    _ = [UInt8(ascii: "P")].withUnsafeBytes { parser.feed($0) }
    #expect(!parser.isEmpty)
  }

  @Test func feedingAfterTheEndIsNoRequest() {
    let bytes = Array("ENUMERATE\n".utf8)
    var parser = RequestParser()
    guard case .done(.request) = bytes.withUnsafeBytes({ parser.feed($0) }) else {
      Issue.record("not parsed")
      return
    }
    guard case .done(.malformed(let fault)) = bytes.withUnsafeBytes({ parser.feed($0) }) else {
      Issue.record("parsed twice")
      return
    }
    #expect(fault.code == .alreadyDone)
    #expect(rendered(parser.end()) == "closed already-done")
  }

  @Test func printingShowsNoSecret() {
    // Bytes print as numbers: no name holds a "~" (126).
    let secret = [UInt8](repeating: UInt8(ascii: "~"), count: 16)
    let requests = [
      RequestEncoder.login(service: service, userID: user, password: Secret(secret)),
      RequestEncoder.setPassword(
        service: service, userID: user, oldPassword: Secret(secret), newPassword: Secret(secret)),
      RequestEncoder.login(service: service, userID: user, mechanism: .cramMD5, challenge: secret, digest: secret),
    ]
    for request in requests {
      let parsed = parse(request)
      var texts = String(describing: parsed) + String(reflecting: parsed) + "\(parsed)"
      dump(parsed, to: &texts)
      #expect(texts.contains("[105, 109, 97, 112]"), "the service shows: \(texts)")
      #expect(!texts.contains("126") && !texts.contains("~"), "\(texts)")

      var parser = RequestParser()
      _ = request.dropLast(1).withUnsafeBytes { parser.feed($0) }
      var held = String(describing: parser) + String(reflecting: parser)
      dump(parser, to: &held)
      #expect(!held.contains("126") && !held.contains("~"), "\(held)")
    }
  }

  @Test func everyFaultHasItsText() {
    #expect(Set(WireFault.Code.allCases.map { WireFault($0).text }).count == WireFault.Code.allCases.count)
  }

  @Test func commandsTellTheirVerb() {
    let texts = ["AUTH 14\nimap\nlogin\nu\np", "PRE . imap u\n", "PASSWD imap\tu\to\tn\n", "ENUMERATE\n"]
    for (text, verb) in zip(texts, Verb.allCases) {
      guard case .request(let request) = parse(text) else {
        Issue.record("\(text)")
        continue
      }
      #expect(request.command.verb == verb)
      #expect(request.command.service == (verb == .enumerate ? [] : Array("imap".utf8)))
      #expect(request.command.userID == (verb == .enumerate ? [] : Array("u".utf8)))
    }
  }

  /// Where the request in `bytes` ends; nil when it does not, or when it is cut off for its length.
  private func requestLength(_ bytes: [UInt8]) -> Int? {
    for count in splitPositions(bytes) {
      var parser = RequestParser()
      if case .done(let parsed) = bytes[..<count].withUnsafeBytes({ parser.feed($0) }) {
        if case .malformed(let fault) = parsed, fault.code == .lineTooLong { return nil }
        return count
      }
    }
    return nil
  }
}

/// Every position; of a long request those near the limits, and a sample of the rest.
func splitPositions(_ bytes: [UInt8]) -> [Int] {
  if bytes.count <= 1_500 { return Array(0...bytes.count) }
  return (0...bytes.count).filter {
    $0 < 100 || (8_170...8_220).contains($0) || $0 > bytes.count - 20 || $0 % 50_021 == 0
  }
}
