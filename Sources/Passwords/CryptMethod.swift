/// One method of crypt(3). The string names itself by how it begins.
struct CryptMethod: SchemeMethod {
  /// How a setting begins; more than one where libcrypt computes the same thing for all. Nothing for DES.
  let prefixes: [StaticString]
  /// As crypt_gensalt(3) takes it.
  let newPrefix: String
  let grammar: CryptGrammar
  /// Characters after the setting.
  let hashLength: Int
  /// The most work that is done for a stored string, and its unit for the log.
  let limit: WorkLimit
  /// The work that takes about a millisecond on one core, in the unit of `limit`.
  let millisecond: Int
  /// Random bytes for a new salt.
  let saltBytes: Int
  /// Bytes of a password that count; the rest makes no difference (bcrypt 72, DES 8). Nil when all do.
  let significantBytes: Int?
  /// What computes nearly all of its hashes in libcrypt's place, and faster; nil where nothing does.
  let shaCrypt: SHACrypt?

  var namesItself: Bool { true }

  var strength: SchemeStrength {
    switch grammar {
    case .des, .nt: .fast
    case .md5, .bsdi, .sha, .sha1, .sunMD5, .bcrypt: .iterated
    case .yescrypt, .scrypt: .memoryHard
    }
  }

  /// A cap on what a stored string may demand, so that one row cannot hold a thread for hours.
  struct WorkLimit: Sendable {
    let most: Int
    let unit: StaticString
  }

  /// The length of the setting's beginning; nil when `text` is none of this method's.
  func prefixLength(in text: UnsafeRawBufferPointer) -> Int? {
    for prefix in prefixes {
      var cursor = Cursor(text: text, at: 0)
      if cursor.take(prefix) { return cursor.at }
    }
    return nil
  }

  func demand(of raw: UnsafeRawBufferPointer) -> Demand {
    guard let prefix = prefixLength(in: raw), let work = grammar.work(raw, prefix: prefix), work <= limit.most else {
      return .none
    }
    return Demand(cost: work >= millisecond ? .expensive : .moderate, memory: grammar.memory(raw, prefix: prefix))
  }

  func memory(rounds: Int?) -> Int {
    switch grammar {
    case .yescrypt, .scrypt: YescryptParameters.memory(costFactor: rounds ?? 0)
    default: 0
    }
  }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    guard let prefix = prefixLength(in: raw) else { return .damaged("not a hash of this scheme") }
    switch grammar.read(raw, prefix: prefix, hashLength: hashLength) {
    case .damaged(let what): return .damaged(what)
    case .complete(let work, let rounds):
      return work <= limit.most
        ? .complete(rounds: rounds) : .damaged("\(work) \(limit.unit) are above the limit of \(limit.most)")
    }
  }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    // crypt(3) ends at a NUL and takes 511 bytes: nobody can have set such a password through it.
    if password.contains(0) { return .mismatch }
    let password = significant(password)
    if password.count > CryptScratch.maximumPasswordBytes { return .mismatch }
    // The hash alone: libcrypt rewrites the unused bits of bcrypt's salt, which some other programs leave set.
    let hash = UnsafeRawBufferPointer(rebasing: raw.suffix(hashLength))
    if let shaCrypt, let prefix = prefixLength(in: raw), let setting = SHACrypt.Setting(raw, prefix: prefix),
      let verdict = shaCrypt.withHash(password, setting, { compare($0, hash) })
    {
      return verdict
    }
    return scratch.withHash(password, setting: raw) { computed in
      guard let computed, computed.count == raw.count else {
        return .unverifiable(scheme: "\(name): libcrypt cannot compute it")
      }
      return compare(UnsafeRawBufferPointer(rebasing: computed.suffix(hashLength)), hash)
    }
  }

  private func compare(_ computed: UnsafeRawBufferPointer, _ hash: UnsafeRawBufferPointer) -> Verdict {
    equalInConstantTime(computed, hash) ? .match : .mismatch
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    if password.contains(0) { throw .holdsNUL }
    let most = significantBytes ?? CryptScratch.maximumPasswordBytes
    if password.count > most { throw .tooLong(maximum: most) }
    guard let setting = scratch.setting(prefix: newPrefix, rounds: rounds ?? 0, salt: salt) else {
      throw .unsupported(scheme: name)
    }
    let made = setting.withUnsafeBytes { setting in
      scratch.withHash(password, setting: setting) { hash in hash.map { Array($0) } }
    }
    guard let made, case .complete = made.withUnsafeBytes({ inspect($0) }) else { throw .unsupported(scheme: name) }
    return made
  }

  func counts(_ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer) -> Bool {
    if takesSevenBits, password.contains(where: { $0 >= 0x80 }) { return false }
    return significantBytes.map { password.count < $0 } ?? true
  }

  /// DES has seven bits of each byte: "ü" and "C<" are the same to it.
  private var takesSevenBits: Bool {
    switch grammar {
    case .des, .bsdi: true
    default: false
    }
  }

  private func significant(_ password: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard let significantBytes, password.count > significantBytes else { return password }
    return UnsafeRawBufferPointer(rebasing: password[..<significantBytes])
  }
}
