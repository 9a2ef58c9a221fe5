import AuthdaemonWire
import Testing

/// Bytes that nobody would send. None of it may trap, and what comes out must not depend on how it came in.
@Suite struct RandomBytesTests {
  /// SplitMix64: the same sequence in every run.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }

  private static let words = [
    "AUTH ", "PRE ", "PASSWD ", "ENUMERATE", "TCPREMOTEIP=", "\n", "\n\n", " ", "\t", "=", "login", "cram-md5", "imap",
    "a@b", "22", "8191", "8192", "0", "-", "99999999999999999999", "YQ==", "\u{0}", "\r", "#", ".", "FAIL\n",
    "KEY=value\n",
    "u\t1\t1\t/\t\t\n",
  ].map { Array($0.utf8) }

  private func bytes(_ generator: inout Generator) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...20, using: &generator) {
      if Bool.random(using: &generator), let word = Self.words.randomElement(using: &generator) {
        bytes += word
      } else {
        bytes.append(UInt8.random(in: 0...255, using: &generator))
      }
    }
    return bytes
  }

  /// One byte of a good request changed, lost or doubled, and pieces of any size.
  @Test func changedRequests() {
    var generator = Generator(state: 1)
    let requests = RequestTable.all.map(\.request).filter { !$0.isEmpty && $0.count < 300 }
    for _ in 0..<4_000 {
      guard var request = requests.randomElement(using: &generator) else { return }
      let index = Int.random(in: 0..<request.count, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: request[index] = UInt8.random(in: 0...255, using: &generator)
      case 1: request.remove(at: index)
      default: request.insert(request[index], at: index)
      }
      compareWholeAndPieces(request, &generator)
    }
  }

  @Test func requestsOfAnyBytes() {
    var generator = Generator(state: 2)
    for _ in 0..<6_000 { compareWholeAndPieces(bytes(&generator), &generator) }
  }

  @Test func payloadsOfAnyBytes() {
    var generator = Generator(state: 3)
    for _ in 0..<6_000 {
      let payload = bytes(&generator)
      compareWholeAndPieces(Array("AUTH \(payload.count)\nimap\nlogin\n".utf8) + payload, &generator)
      compareWholeAndPieces(Array("AUTH \(payload.count)\n".utf8) + payload, &generator)
    }
  }

  @Test func repliesOfAnyBytes() {
    var generator = Generator(state: 4)
    for _ in 0..<6_000 {
      let reply = bytes(&generator)
      _ = ReplyDecoder.decode(reply)
      var whole = EnumerationDecoder()
      let expected = reply.withUnsafeBytes { whole.feed($0) }
      var dripped = EnumerationDecoder()
      var entries: [EnumerationEntry] = []
      for index in reply.indices { entries += reply[index...index].withUnsafeBytes { dripped.feed($0) } }
      if entries != expected || dripped.isComplete != whole.isComplete { Issue.record("\(shown(reply))") }
    }
  }

  private func compareWholeAndPieces(_ request: [UInt8], _ generator: inout Generator) {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = request[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...rest.count, using: &generator)
      pieces.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    let whole = rendered(parse(request))
    let cut = rendered(parse(pieces))
    if whole != cut { Issue.record("\(shown(request)): \(whole) in one piece, \(cut) in \(pieces.count)") }
  }
}
