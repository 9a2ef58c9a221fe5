import AuthdaemonWire

/// From the connection's bytes to a request.
enum WireWork {
  static let auth = request("AUTH 52\nimap\nlogin\nuser00042@example.org\nsecret-00042-words\n")
  static let pre = "PRE . courier user00042@example.org\n".bytes

  /// With what every client but a few sends first.
  private static func request(_ text: String) -> [UInt8] {
    "TCPREMOTEIP=192.0.2.17\n".bytes + text.bytes
  }

  static var pieces: [Piece] {
    [
      Piece("parse-auth") { use(parse(auth)) },
      Piece("parse-pre") { use(parse(pre)) },
    ]
  }

  static func parse(_ bytes: [UInt8]) -> ParsedRequest {
    var parser = RequestParser()
    guard case .done(let parsed) = bytes.withUnsafeBytes({ parser.feed($0) }), case .request = parsed else {
      fatalError("the request is not understood")
    }
    return parsed
  }
}
