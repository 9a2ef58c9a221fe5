import AuthdaemonWire
import Foundation
import Secrets
import Testing

@Suite struct TranscriptTests {
  @Test func allAreThere() {
    #expect(Transcript.all.count == 65)
    #expect(Set(Transcript.all.map(\.client)).count > 8)
  }

  @Test(arguments: Transcript.all) func requestIsWhatItsTextSays(_ transcript: Transcript) throws {
    let parsed = rendered(parse([UInt8](transcript.request)))
    #expect(try parsed == expectation(transcript.requestText))
  }

  @Test(arguments: Transcript.all) func splittingChangesNothing(_ transcript: Transcript) {
    let bytes = [UInt8](transcript.request)
    let whole = rendered(parse(bytes))
    for position in splitPositions(bytes) {
      let parsed = rendered(parse(bytes, splitAt: position))
      if parsed != whole { Issue.record("split at \(position): \(parsed)") }
    }
    #expect(rendered(parseDripping(bytes)) == whole)
  }

  @Test(arguments: Transcript.all) func encoderMakesTheSameRequest(_ transcript: Transcript) {
    let bytes = [UInt8](transcript.request)
    guard case .request(let request) = parse(bytes) else { return }
    let encoded =
      switch request.command {
      case .authenticate(let service, let userID, .login(let password)):
        RequestEncoder.login(
          service: service, userID: userID, password: password, remoteAddress: request.meta.remoteAddress)
      case .authenticate(let service, let userID, .challengeResponse(let mechanism, let challenge, let digest)):
        RequestEncoder.login(
          service: service, userID: userID, mechanism: mechanism, challenge: challenge, digest: digest,
          remoteAddress: request.meta.remoteAddress)
      case .account(let module, let service, let userID):
        RequestEncoder.account(
          module: module, service: service, userID: userID, remoteAddress: request.meta.remoteAddress)
      case .setPassword(let service, let userID, let oldPassword, let newPassword):
        RequestEncoder.setPassword(
          service: service, userID: userID, oldPassword: oldPassword, newPassword: newPassword,
          remoteAddress: request.meta.remoteAddress)
      case .enumerate: RequestEncoder.enumerate
      }
    // cyrus-sasl's one more LF is not part of the request.
    let extra = Array(bytes.dropFirst(encoded.count))
    #expect(Array(bytes.prefix(encoded.count)) == encoded)
    #expect(extra.isEmpty || extra == [10])
  }

  @Test(arguments: Transcript.all) func accountReplyIsTheSameButForSecrets(_ transcript: Transcript) throws {
    let reply = [UInt8](transcript.reply)
    guard !transcript.requestText.contains("ENUMERATE"), case .account(let fields) = ReplyDecoder.decode(reply) else {
      return
    }
    let values = Dictionary(
      uniqueKeysWithValues: fields.map { (String(decoding: $0.key, as: UTF8.self), $0.value) })
    func number(_ key: String) throws -> UInt32 {
      let digits = try #require(values[key])
      return try #require(UInt32(String(decoding: digits, as: UTF8.self)))
    }
    let memory = KeptBytes()
    var ours = AccountReply(
      uid: try number("UID"), gid: try number("GID"), home: memory.keep(try #require(values["HOME"])),
      address: memory.keep(try #require(values["ADDRESS"])))
    ours.name = values["NAME"].map(memory.keep)
    ours.maildir = values["MAILDIR"].map(memory.keep)
    ours.quota = values["QUOTA"].map(memory.keep)
    ours.options = values["OPTIONS"].map(memory.keep)
    #expect(try ours.encoded().get() == withoutSecrets(reply))

    // With the secrets, the same order; courier sends them empty too.
    ours.passwordHash = values["PASSWD"].map { Secret($0) }
    ours.clearPassword = values["PASSWD2"].map { Secret($0) }
    if ours.passwordHash?.isEmpty == false, ours.clearPassword?.isEmpty == false {
      #expect(try ours.encoded().get() == reply)
    }
  }

  @Test func everyKindOfReplyIsDecoded() {
    var kinds: [String: Int] = [:]
    for transcript in Transcript.all where !transcript.requestText.contains("ENUMERATE") {
      switch ReplyDecoder.decode([UInt8](transcript.reply)) {
      case .account: kinds["account", default: 0] += 1
      case .refused: kinds["refused", default: 0] += 1
      case .done: kinds["done", default: 0] += 1
      case .nothing: kinds["nothing", default: 0] += 1
      case .garbled(let text): Issue.record("\(transcript.testDescription): \(text)")
      }
    }
    #expect(kinds.values.reduce(0, +) == 63)
    #expect(Set(kinds.keys) == ["account", "refused", "done", "nothing"])
  }

  @Test(arguments: Transcript.all.filter { $0.requestText.contains("ENUMERATE") })
  func listingIsTheSame(_ transcript: Transcript) {
    let reply = [UInt8](transcript.reply)
    var decoder = EnumerationDecoder()
    let entries = reply.withUnsafeBytes { decoder.feed($0) }
    #expect(decoder.isComplete)
    #expect(entries.count > 10)
    var encoder = EnumerationEncoder()
    var ours: [UInt8] = []
    for entry in entries {
      switch entry {
      case .heading(let name): ours += EnumerationEncoder.heading(name)
      case .account(let account):
        let fault = encoder.append(
          name: account.name, uid: account.uid, gid: account.gid, home: account.home, maildir: account.maildir,
          options: account.options, to: &ours)
        #expect(fault == nil)
      case .end: ours += EnumerationEncoder.end
      case .refused, .garbled: Issue.record("\(entry)")
      }
    }
    #expect(ours == reply)
  }

  private func withoutSecrets(_ reply: [UInt8]) -> [UInt8] {
    let lines = reply.split(separator: 10)
    return Array(lines.filter { !$0.starts(with: Array("PASSWD".utf8)) }.joined(separator: [10])) + [10]
  }

  /// Reads the recording's text the slow way, by splitting strings; two recorded requests are over the limit, one has no user.
  private func expectation(_ text: String) throws -> String {
    var lines = text.components(separatedBy: "\\n")
    var from = ""
    if let address = lines.first, address.hasPrefix("TCPREMOTEIP=") {
      from = " from <\(address.dropFirst("TCPREMOTEIP=".count))>"
      lines.removeFirst()
    }
    let words = lines[0].split(separator: " ").map(String.init)
    switch words[0] {
    case "PRE": return "PRE <\(words[1])> <\(words[2])> <\(words[3])>\(from)"
    case "ENUMERATE": return "ENUMERATE"
    case "PASSWD":
      let fields = words[1].components(separatedBy: "\\t")
      try #require(fields.count == 4)
      return "PASSWD <\(fields[0])> <\(fields[1])> <\(fields[2])> <\(fields[3])>\(from)"
    default: break
    }
    if try #require(Int(words[1])) > 8_191 { return "closed payload-too-long" }
    if lines[3].isEmpty { return "FAIL empty-credentials AUTH <\(lines[1])> <>\(from)" }
    if lines[2] == "login" { return "AUTH <\(lines[1])> <\(lines[3])> login <\(lines[4])>\(from)" }
    let challenge = try #require(Data(base64Encoded: lines[3]))
    let response = String(decoding: try #require(Data(base64Encoded: lines[4])), as: UTF8.self)
    let parts = response.split(separator: " ")
    return "AUTH <\(lines[1])> <\(parts[0])> \(lines[2]) \(shown([UInt8](challenge))) \(parts[1])\(from)"
  }
}
