import AuthdaemonWire
import Secrets

/// The reply encoders and decoders.
///
/// The input is taken as fields, with 0xFF between them, for the encoders:
/// - what is encoded is decoded as the same values in the same order: no value adds, ends or hides a line;
/// - it is within what clients can hold; what is refused has a reason to be.
///
/// And it is taken as it is, for the decoders: they do not trap, and say the same however the bytes are cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Input(start, count)
  var fields = Fields(input)
  checkReply(&fields)
  fields = Fields(input)
  checkListing(&fields)
  checkDecoders(input)
  return 0
}

private struct Fields {
  private var rest: [[UInt8]]

  init(_ input: Input) {
    rest = input.split(separator: 0xFF, omittingEmptySubsequences: false).map { [UInt8]($0) }.reversed()
  }

  /// The next field; empty when there are no more.
  mutating func next() -> [UInt8] { rest.popLast() ?? [] }

  /// The next field; nil when there are no more.
  mutating func optional() -> [UInt8]? { rest.popLast() }

  mutating func number() -> UInt32 { next().reduce(0) { $0 &* 256 &+ UInt32($1) } }
}

private func breaksLine(_ value: [UInt8]) -> Bool { value.contains(0) || value.contains(10) }

/// Memory for values that a reply only points to.
private final class KeptBytes {
  private var pieces: [UnsafeMutableRawBufferPointer] = []

  deinit { for piece in pieces { piece.deallocate() } }

  func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    piece.copyBytes(from: bytes)
    pieces.append(piece)
    return UnsafeRawBufferPointer(piece)
  }
}

private func checkReply(_ fields: inout Fields) {
  let memory = KeptBytes()
  let (uid, gid, home, address) = (fields.number(), fields.number(), fields.next(), fields.next())
  let (name, maildir, quota) = (fields.optional(), fields.optional(), fields.optional())
  let options = AccountOptions.merging(fields.optional(), defaults: fields.optional())
  let (hash, clear, systemUser) = (fields.optional(), fields.optional(), fields.optional())
  var reply = AccountReply(uid: uid, gid: gid, home: memory.keep(home), address: memory.keep(address))
  reply.name = name.map(memory.keep)
  reply.maildir = maildir.map(memory.keep)
  reply.quota = quota.map(memory.keep)
  reply.options = options.map(memory.keep)
  reply.passwordHash = hash.map { Secret($0) }
  reply.clearPassword = clear.map { Secret($0) }
  reply.systemUser = systemUser.map(memory.keep)

  var expected: [(String, [UInt8])] = []
  if let systemUser {
    expected.append(("USERNAME", systemUser))
  } else {
    expected.append(("UID", decimal(uid)))
  }
  expected += [("GID", decimal(gid)), ("HOME", home), ("ADDRESS", address)]
  if let name { expected.append(("NAME", [UInt8](name.prefix { $0 != UInt8(ascii: ",") }))) }
  let optional = [
    ("MAILDIR", maildir), ("QUOTA", quota), ("PASSWD", hash), ("PASSWD2", clear), ("OPTIONS", options),
  ]
  for (key, value) in optional {
    if let value, !value.isEmpty { expected.append((key, value)) }
  }
  let isUnsafe =
    expected.contains { breaksLine($0.1) } || name.map(breaksLine) == true || systemUser?.isEmpty == true

  switch reply.encoded() {
  case .failure(.unsafeValue(let field)): promise(isUnsafe, "\(field) refused for nothing")
  case .failure(.tooLong):
    let size = expected.reduce(2) { $0 + $1.0.utf8.count + $1.1.count + 2 }
    promise(!isUnsafe && size > WireLimits.reply, "too long at \(size) bytes")
  case .success(let bytes):
    promise(!isUnsafe, "a value that breaks its line")
    promise(bytes.count <= WireLimits.reply, "\(bytes.count) bytes")
    guard case .account(let lines) = ReplyDecoder.decode(bytes) else { return promise(false, "not decoded") }
    promise(
      lines.elementsEqual(expected) { $0.key.elementsEqual($1.0.utf8) && $0.value == $1.1 }, "decoded as other values")
  }
}

private func decimal(_ number: UInt32) -> [UInt8] { [UInt8](String(number).utf8) }

private func checkListing(_ fields: inout Fields) {
  var encoder = EnumerationEncoder()
  var listing: [UInt8] = []
  var expected: [EnumerationEntry] = []
  while let name = fields.optional() {
    if name.first == UInt8(ascii: "#") {
      listing += EnumerationEncoder.heading([UInt8](name.dropFirst()))
      let shown = name.dropFirst().map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
      expected.append(.heading([UInt8](shown.drop { $0 == UInt8(ascii: " ") })))
      continue
    }
    let account = EnumerationEntry.Account(
      name: name, uid: fields.number(), gid: fields.number(), home: fields.next(), maildir: fields.next(),
      options: fields.next())
    let before = listing
    let fault = encoder.append(
      name: account.name, uid: account.uid, gid: account.gid, home: account.home, maildir: account.maildir,
      options: account.options, to: &listing)
    if fault == nil {
      expected.append(.account(account))
    } else {
      promise(listing == before, "a part of a line is left")
    }
  }
  listing += EnumerationEncoder.end
  expected.append(.end)
  var decoder = EnumerationDecoder()
  let entries = listing.withUnsafeBytes { decoder.feed($0) }
  promise(entries == expected, "a listing is decoded as another one")
  promise(decoder.isComplete, "a complete listing is not taken for one")
}

private func checkDecoders(_ input: Input) {
  let reply = decoded([input])
  let listing = entries([input])
  for cut in input.cuts {
    let pieces = [Input(rebasing: input[..<cut]), Input(rebasing: input[cut...])]
    promise(decoded(pieces) == reply, "cut at \(cut): another reply")
    promise(entries(pieces) == listing, "cut at \(cut): another listing")
  }
}

private func decoded(_ pieces: [Input]) -> String {
  var decoder = ReplyDecoder()
  for piece in pieces where !decoder.feed(piece) { break }
  return "\(decoder.end())"
}

private func entries(_ pieces: [Input]) -> [EnumerationEntry] {
  var decoder = EnumerationDecoder()
  return pieces.flatMap { decoder.feed($0) } + (decoder.isComplete ? [.end] : [])
}
