internal import CArgon2

/// Argon2i and Argon2id (RFC 9106), by libargon2. The strings: ``Argon2String``.
struct Argon2Method: SchemeMethod {
  /// Argon2id, otherwise Argon2i.
  let isHybrid: Bool
  /// Of new hashes.
  var passes = 2
  /// Of new hashes.
  var lanes = 1

  /// The most memory that a stored string may ask for, in kibibytes: a gibibyte, as for yescrypt and scrypt.
  static let mostMemory = 1 << 20
  /// The most that it may have written in all passes, in kibibytes: about two seconds on one core.
  static let mostWork = 2 << 20
  /// The most lanes. They are computed one after another, on the thread that verifies.
  static let mostLanes = 64
  /// Kibibytes that take about a millisecond.
  private static let millisecond = 1024
  /// The hash of a new one, in bytes.
  private static let newHashBytes = 32

  var saltBytes: Int { 16 }
  var strength: SchemeStrength { .memoryHard }
  var workKey: String { "m" }
  var beginnings: [StaticString] { [beginning] }
  var namesItself: Bool { true }
  private var beginning: StaticString { isHybrid ? "$argon2id$" : "$argon2i$" }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    guard let string = Argon2String(raw, beginning: beginning) else { return .damaged("not a hash of this scheme") }
    if string.memory > Self.mostMemory {
      return .damaged("\(string.memory) KiB are above the limit of \(Self.mostMemory)")
    }
    if string.work > Self.mostWork {
      return .damaged("\(string.work) KiB in all passes are above the limit of \(Self.mostWork)")
    }
    if string.lanes > Self.mostLanes {
      return .damaged("\(string.lanes) lanes are above the limit of \(Self.mostLanes)")
    }
    return .complete(rounds: string.memory)
  }

  func demand(of raw: UnsafeRawBufferPointer) -> Demand {
    guard case .complete = inspect(raw), let string = Argon2String(raw, beginning: beginning) else { return .none }
    return Demand(cost: string.work >= Self.millisecond ? .expensive : .moderate, memory: string.memory << 10)
  }

  func memory(rounds: Int?) -> Int { min(max(rounds ?? 0, 0), Self.mostMemory) << 10 }

  func like(_ raw: UnsafeRawBufferPointer) -> any SchemeMethod {
    guard let string = Argon2String(raw, beginning: beginning) else { return self }
    return Argon2Method(isHybrid: isHybrid, passes: max(passes, string.passes), lanes: string.lanes)
  }

  func withCosts(of other: any SchemeMethod) -> any SchemeMethod {
    guard let other = other as? Argon2Method else { return self }
    return Argon2Method(isHybrid: isHybrid, passes: other.passes, lanes: other.lanes)
  }

  /// Neither memory nor passes are less than those of `raw`, and one is more. Lanes make a hash no harder.
  func exceeds(_ raw: UnsafeRawBufferPointer, rounds: Int) -> Bool {
    guard let old = Argon2String(raw, beginning: beginning) else { return false }
    return old.memory <= rounds && old.passes <= passes && (old.memory < rounds || old.passes < passes)
  }

  func spelling(rounds: Int) -> String { "m=\(rounds),t=\(passes),p=\(lanes)" }

  func with(_ key: String, _ value: Int) -> (any SchemeMethod)? {
    switch key {
    case "t" where value > 0: Argon2Method(isHybrid: isHybrid, passes: value, lanes: lanes)
    case "p" where (1...Self.mostLanes).contains(value): Argon2Method(isHybrid: isHybrid, passes: passes, lanes: value)
    default: nil
    }
  }

  func objection(rounds: Int) -> String? {
    if rounds / 8 < lanes { return "\(lanes) lanes take at least \(8 * lanes) KiB" }
    let (work, overflow) = rounds.multipliedReportingOverflow(by: passes)
    if overflow || work > Self.mostWork {
      return "m times t is above \(Self.mostWork) KiB, the most that is written in all passes"
    }
    return nil
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? { TextPart.last(2, of: raw, separators: "$") }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    guard let string = Argon2String(raw, beginning: beginning) else {
      return .unverifiable(scheme: "\(name): not a hash of this scheme")
    }
    return string.parts.compare(name: name, library: "libargon2") { salt, byteCount, compare in
      withHash(
        password, salt: salt, memory: string.memory, passes: string.passes, lanes: string.lanes,
        version: string.version, byteCount: byteCount, compare)
    }
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    guard let memory = rounds, memory > 0 else { throw .unsupported(scheme: name) }
    let passes = max(1, min(passes, Self.mostWork / memory))
    let hash = withHash(
      password, salt: salt, memory: memory, passes: passes, lanes: lanes, version: 0x13, byteCount: Self.newHashBytes
    ) { $0.map { Array($0) } }
    guard let hash else { throw .unsupported(scheme: name) }
    return Array("\(beginning)v=19$m=\(memory),t=\(passes),p=\(lanes)$".utf8)
      + SaltAndHash.written(salt: salt, hash: hash)
  }

  /// The hash is wiped after `body`, which gets nil when libargon2 fails: it is out of memory, or takes the parameters for wrong.
  private func withHash<Result>(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, memory: Int, passes: Int, lanes: Int,
    version: UInt32, byteCount: Int, _ body: (UnsafeRawBufferPointer?) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { hash in
      defer { wipe(hash) }
      var context = argon2_context()
      context.out = hash.assumingMemoryBound(to: UInt8.self).baseAddress
      context.outlen = UInt32(clamping: byteCount)
      // Not written to without a flag that asks for it.
      context.pwd = UnsafeMutablePointer(mutating: password.assumingMemoryBound(to: UInt8.self).baseAddress)
      context.pwdlen = UInt32(clamping: password.count)
      context.salt = UnsafeMutablePointer(mutating: salt.assumingMemoryBound(to: UInt8.self).baseAddress)
      context.saltlen = UInt32(clamping: salt.count)
      context.t_cost = UInt32(clamping: passes)
      context.m_cost = UInt32(clamping: memory)
      context.lanes = UInt32(clamping: lanes)
      // No thread of its own: the pool's threads are the bound on what hashing may take.
      context.threads = 1
      context.version = version
      let status = argon2_ctx(&context, isHybrid ? Argon2_id : Argon2_i)
      return body(status == ARGON2_OK.rawValue ? UnsafeRawBufferPointer(hash) : nil)
    }
  }
}
