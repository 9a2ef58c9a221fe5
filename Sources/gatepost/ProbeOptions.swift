internal import ArgumentParser
internal import AuthdaemonWire
internal import Configuration
internal import Glibc
internal import Secrets
internal import Threads

/// What all probes take.
struct ProbeOptions: ParsableArguments {
  @Option(help: "The socket to ask.")
  var socket = ListenerSettings.standard.socket

  @Option(help: "The service to ask for: imap, pop3, smtp, …")
  var service = "imap"

  @Option(name: .customLong("remote-ip"), help: "The mail client's address to tell the server.")
  var remoteIP: String?

  @Flag(help: "Print JSON.")
  var json = false

  var client: SocketClient { SocketClient(path: socket, timeout: SocketClient.standardTimeout) }
  var serviceBytes: [UInt8] { Array(service.utf8) }
  var remoteAddress: [UInt8]? { remoteIP.map { Array($0.utf8) } }

  func validate() throws {
    guard RequestEncoder.carries(serviceBytes), !service.contains(" ") else {
      throw ValidationError("--service must be a word without spaces or control characters.")
    }
    if let remoteIP {
      var address = in6_addr()
      guard inet_pton(AF_INET, remoteIP, &address) == 1 || inet_pton(AF_INET6, remoteIP, &address) == 1 else {
        throw ValidationError("--remote-ip must be an IPv4 or IPv6 address.")
      }
    }
  }

  /// A user name that the protocol can carry.
  func userID(_ user: String) throws -> [UInt8] {
    let bytes = Array(user.utf8)
    guard RequestEncoder.carries(bytes) else {
      throw ValidationError("The user name must not be empty or hold control characters.")
    }
    return bytes
  }

  /// A password that the protocol can carry.
  func carried(_ password: Secret) throws -> Secret {
    let isFit = password.withBytes { bytes in !bytes.isEmpty && !bytes.contains { $0 == 0 || $0 == UInt8(ascii: "\n") }
    }
    guard isFit else { throw ExitCode.misuse("the password must not be empty or hold NUL or a line feed") }
    return password
  }
}

/// One exchange of a probe: what came back and how long it took.
struct ProbeReport {
  let reply: DecodedReply
  let elapsed: Duration

  /// Asks, and overwrites the request, which may hold a password.
  static func ask(_ options: ProbeOptions, _ request: [UInt8]) throws -> ProbeReport {
    var request = request
    defer { request.wipe() }
    let start = Instant.now
    do throws(SocketClient.Failure) {
      let bytes = try options.client.exchange(request)
      return ProbeReport(reply: ReplyDecoder.decode(bytes), elapsed: .now - start)
    } catch {
      if options.json {
        try? standardOutput(
          (["outcome": "unavailable", "reason": .string(error.description)] as JSONValue).pretty + "\n")
      }
      standardError("gatepost: \(error)")
      throw ExitCode.temporary
    }
  }

  /// Prints the answer; its outcome becomes the exit status.
  func conclude(_ options: ProbeOptions, accepted: String, refused: String) throws {
    let milliseconds = Self.milliseconds(elapsed)
    let (outcome, sentence, status): (String, String, ExitCode) =
      switch reply {
      case .account, .done: ("accepted", accepted, .success)
      case .refused: ("refused", refused, .refused)
      case .nothing:
        (
          "unavailable", "temporary failure: the server closed without an answer; its log says why (database down?)",
          .temporary
        )
      case .garbled(let what): ("unavailable", "not an answer of the authdaemond protocol: \(what)", .temporary)
      }
    var fields: [(key: [UInt8], value: [UInt8])] = []
    if case .account(let found) = reply { fields = found }
    if options.json {
      let members = fields.map { JSONMember(key: String(decoding: $0.key, as: UTF8.self), value: .text($0.value)) }
      let value: JSONValue = [
        "outcome": .string(outcome), "message": .string(sentence), "milliseconds": .double(milliseconds),
        "account": fields.isEmpty ? .null : .object(members),
      ]
      try standardOutput(value.pretty + "\n")
    } else {
      let width = fields.map(\.key.count).max() ?? 0
      var text = "\(sentence) (\(milliseconds) ms)\n"
      for field in fields {
        let key = String(decoding: field.key, as: UTF8.self)
        text += "  \(key)\(String(repeating: " ", count: width - field.key.count))  \(Self.printable(field.value))\n"
      }
      try standardOutput(text)
    }
    if status != .success { throw status }
  }

  /// To a thousandth.
  static func milliseconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) / 1000
  }

  /// A value for a terminal: UTF-8 stays, control characters do not.
  static func printable(_ bytes: [UInt8]) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
      text.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return text
  }
}
