import Secrets

@testable import Passwords

/// Stored password strings, on any bytes (no expensive hash is computed):
/// - recognising one does not trap, and what is said of an unknown one is of a fixed vocabulary: no part of a hash;
/// - an empty password never matches; what is unknown is never "wrong password"; a complete cheap one is never "cannot tell";
/// - what follows on a change of password is a decent scheme, and what a hash is replaced by is the one that is set.
@_cdecl("LLVMFuzzerTestOneInput")
public func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Input(start, count)
  let stored = Secret(input)
  let cost = PasswordSchemes.cost(of: stored)
  let verdict = PasswordSchemes.verify(empty, of: user, against: stored, using: scratch)
  switch PasswordSchemes.recognise(stored) {
  case .locked:
    promise(verdict == .locked, "locked: \(verdict)")
    promise(
      PasswordSchemes.verify(password, of: user, against: stored, using: scratch) == .locked, "locked, with a password")
  case .unknown(let text):
    check(text, input)
    checkUnverifiable(verdict, input)
    checkUnverifiable(PasswordSchemes.verify(password, of: user, against: stored, using: scratch), input)
  case .scheme(let scheme):
    promise(verdict == .mismatch, "the empty password: \(verdict)")
    promise(cost == scheme.cost || (cost == .moderate && scheme.cost == .expensive), "two costs")
    promise(PasswordSchemes.all.contains { $0.name == scheme.name }, "a scheme of its own")
    check(prefix: scheme.prefix, input)
    if cost == .cheap {
      let verdict = PasswordSchemes.verify(password, of: user, against: stored, using: scratch)
      promise(verdict == .match || verdict == .mismatch, "complete, and yet \(verdict)")
    }
  }
  let successor = PasswordSchemes.successor(of: stored)
  promise(!successor.isWeak, "a weak successor")
  check(prefix: successor.prefix, input)
  for target in targets {
    guard let replacement = target.replacement(of: stored, named: stored, matching: password) else { continue }
    promise(replacement.scheme.name == target.scheme.name, "replaced by another scheme")
    check(prefix: replacement.scheme.prefix, input)
  }
  return 0
}

private let empty = Secret(text: "")
private let password = Secret(text: "secret")
private let targets = ["BLF-CRYPT:12", "ARGON2ID", "SCRAM-SHA-256", "PBKDF2"].compactMap { spelling in
  (try? PasswordScheme(spelling: spelling)).flatMap { try? RehashTarget($0) }
}
private let user = Array("anna@example.com".utf8)
nonisolated(unsafe) private let scratch = CryptScratch()

private func checkUnverifiable(_ verdict: Verdict, _ input: Input) {
  guard case .unverifiable(let text) = verdict else { return promise(false, "unknown, and yet \(verdict)") }
  check(text, input)
}

/// A label, as it stood there.
private func check(prefix: String, _ input: Input) {
  if prefix.isEmpty { return }
  promise(prefix.hasPrefix("{") && prefix.hasSuffix("}"), "no label: \(prefix)")
  promise(prefix.utf8.count <= SchemeLabel.maximumBytes + 2, "a long label")
}

/// That `text` is one of the things that may be said, numbers aside.
private func check(_ text: String, _ input: Input) {
  if vocabulary.contains(shape(of: text)) { return }
  if text.hasPrefix("$") {
    let name = Array(text.utf8).withUnsafeBytes { ForeignScheme.name(of: $0) }
    return promise(name == text, "a part of the string: \(text)")
  }
  let isLabel =
    text.hasPrefix("{") && text.hasSuffix("}") && ForeignScheme.labels.contains(String(text.dropFirst().dropLast()))
  promise(isLabel && input.first == UInt8(ascii: "{"), "not of the vocabulary: \(text)")
}

/// The text with `0` for each number.
private func shape(of text: String) -> [UInt8] {
  text.utf8.reduce(into: []) { shape, byte in
    let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    if !isDigit { shape.append(byte) } else if shape.last != UInt8(ascii: "0") { shape.append(UInt8(ascii: "0")) }
  }
}

private let vocabulary: Set<[UInt8]> = {
  var vocabulary = [
    "an empty string", "a string of 0 characters", "MySQL's PASSWORD()", "a bare string of 0 character",
    "a bare string of 0 characters", "CRYPT: not base64", "CRYPT: not hexadecimal", "an unknown name in braces",
  ]
  for scheme in PasswordSchemes.all {
    vocabulary += [
      "not base64", "not hexadecimal", "not a hash of this scheme", "a hash of 0 characters where 0 belong",
      "a character in the hash that none can have", "0 rounds are above the limit of 0",
      "0 as a cost are above the limit of 0", "0 KiB are above the limit of 0",
      "0 KiB in all passes are above the limit of 0", "0 lanes are above the limit of 0", "0 bytes where 0 belong",
      "0 bytes where at least 0 belong", "nothing follows the prefix",
    ].map { "\(scheme.name): \($0)" }
  }
  return Set(vocabulary.map(shape))
}()
