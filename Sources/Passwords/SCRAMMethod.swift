/// What a server keeps for SCRAM, verified against the password itself. The strings: ``SCRAMString``.
///
/// The password's bytes are taken as they come, as Dovecot does; SASLprep would change only what is not ASCII.
struct SCRAMMethod: SchemeMethod {
  /// `.sha1` or `.sha256`.
  let function: KeyDerivation.Function
  /// How new ones are written.
  var form = SCRAMString.Form.dovecot

  var saltBytes: Int { 16 }
  var strength: SchemeStrength { .iterated }
  var servesMechanism: Bool { true }
  var beginnings: [StaticString] { [beginning] }
  private var beginning: StaticString { function == .sha1 ? "SCRAM-SHA-1$" : "SCRAM-SHA-256$" }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    guard let string = string(raw) else { return .damaged("not a hash of this scheme") }
    return string.rounds <= PBKDF2Method.mostRounds
      ? .complete(rounds: string.rounds)
      : .damaged("\(string.rounds) rounds are above the limit of \(PBKDF2Method.mostRounds)")
  }

  func demand(of raw: UnsafeRawBufferPointer) -> Demand {
    guard case .complete(let rounds) = inspect(raw) else { return .none }
    return Demand(cost: (rounds ?? 0) >= PBKDF2Method.millisecond ? .expensive : .moderate, memory: 0)
  }

  func like(_ raw: UnsafeRawBufferPointer) -> any SchemeMethod {
    string(raw).map { SCRAMMethod(function: function, form: $0.form) } ?? self
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? { TextPart.last(3, of: raw, separators: ",:$") }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    let verdict = string(raw).flatMap { string in
      string.withParts { salt, stored, server -> Verdict in
        guard var keys = keys(password, salt: salt, rounds: string.rounds) else {
          return .uncomputed(name)
        }
        defer { keys.wipe() }
        let isStored = keys.stored.withUnsafeBytes { equalInConstantTime($0, stored) }
        let isServer = keys.server.withUnsafeBytes { equalInConstantTime($0, server) }
        // Both come from the password: one alone cannot be the right one.
        if isStored != isServer { return .unverifiable(scheme: "\(name): its two keys do not belong together") }
        return isStored ? .match : .mismatch
      }
    }
    return verdict ?? .unverifiable(scheme: "\(name): not a hash of this scheme")
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    guard let rounds, var keys = keys(password, salt: salt, rounds: rounds) else { throw .unsupported(scheme: name) }
    defer { keys.wipe() }
    let (first, second, third): (String, String, String) =
      switch form {
      case .dovecot: ("\(rounds),", ",", ",")
      case .rfc5803(let isNamed): ("\(isNamed ? "\(beginning)" : "")\(rounds):", "$", ":")
      }
    return Array(first.utf8) + Base64.encode(Array(salt)) + second.utf8 + Base64.encode(keys.stored) + third.utf8
      + Base64.encode(keys.server)
  }

  private func string(_ raw: UnsafeRawBufferPointer) -> SCRAMString? {
    SCRAMString(raw, beginning: beginning, byteCount: function.byteCount)
  }

  private struct Keys {
    var stored: [UInt8]
    var server: [UInt8]

    mutating func wipe() {
      Passwords.wipe(&stored)
      Passwords.wipe(&server)
    }
  }

  private func keys(_ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int) -> Keys? {
    KeyDerivation.withPBKDF2(password, salt: salt, rounds: rounds, function: function) { salted in
      salted.flatMap { salted in
        function == .sha1 ? Self.keys(SHA1Function.self, salted) : Self.keys(SHA256Function.self, salted)
      }
    }
  }

  private static func keys<Function: HashFunction>(
    _: Function.Type, _ salted: UnsafeRawBufferPointer
  ) -> Keys? {
    guard let key = HMACKey<Function>(salted),
      let stored = key.withCode(of: { $0.add("Client Key") }, { client in Function.withDigest(client) { Array($0) } })
        ?? nil,
      let server = key.withCode(of: { $0.add("Server Key") }, { Array($0) })
    else { return nil }
    return Keys(stored: stored, server: server)
  }
}
