/// The name between braces, in any case, with its suffix.
struct SchemeLabel {
  /// Where it leads.
  let target: Target
  /// What the suffix says; nil without one.
  let encoding: TextEncoding?

  /// A longer name is none of ours, in bytes: the longest are `SHA512-CRYPT.BASE64` and Dovecot's `GOST-YESCRYPT.BASE64`.
  static let maximumBytes = 32

  enum Target {
    /// Whatever the string says of itself.
    case crypt
    /// That row of ``PasswordSchemes/all``.
    case row(Int)
  }

  /// Nil when the name is unknown.
  init?(_ name: UnsafeRawBufferPointer) {
    var length = name.count
    var encoding: TextEncoding?
    for (suffix, meaning) in Self.suffixes where encoding == nil {
      if Self.ends(name, in: suffix) {
        encoding = meaning
        length -= suffix.utf8CodeUnitCount
      }
    }
    guard let key = Key(UnsafeRawBufferPointer(rebasing: name[..<length])) else { return nil }
    guard let entry = Self.entries.first(where: { $0.key == key }) else { return nil }
    target = entry.target
    self.encoding = encoding
  }

  /// What the log calls a name that is unknown.
  static func printable(_ name: UnsafeRawBufferPointer) -> String {
    let upper = String(decoding: name.map { Key.upper($0) }, as: UTF8.self)
    return ForeignScheme.labels.contains(upper) ? "{\(upper)}" : "an unknown name in braces"
  }

  private static let suffixes: [(StaticString, TextEncoding)] = [
    (".HEX", .hexadecimal), (".B64", .base64), (".BASE64", .base64),
  ]

  private static func ends(_ name: UnsafeRawBufferPointer, in suffix: StaticString) -> Bool {
    let suffix = UnsafeRawBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount)
    guard name.count > suffix.count else { return false }
    let start = name.count - suffix.count
    for index in 0..<suffix.count where Key.upper(name[start + index]) != suffix[index] { return false }
    return true
  }

  private static let entries: [(key: Key, target: Target)] = {
    var entries: [(Key, Target)] = []
    func add(_ name: String, _ target: Target) {
      let key = Array(name.utf8).withUnsafeBytes { Key($0) }
      if let key { entries.append((key, target)) }
    }
    // The digests first: they are what a busy server meets most.
    for (index, scheme) in PasswordSchemes.all.enumerated().reversed() {
      let target = scheme.method.namesItself ? Target.crypt : .row(index)
      for name in [scheme.name] + scheme.aliases { add(name, target) }
    }
    add("CRYPT", .crypt)
    return entries
  }()

  /// A name of up to 16 bytes in capitals, as two numbers: compared without a `String` on the way of every login.
  struct Key: Equatable {
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    /// Nil when the name is longer, or empty.
    init?(_ name: UnsafeRawBufferPointer) {
      guard (1...16).contains(name.count) else { return nil }
      for byte in name {
        high = high << 8 | low >> 56
        low = low << 8 | UInt64(Self.upper(byte))
      }
    }

    @inline(__always)
    static func upper(_ byte: UInt8) -> UInt8 {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
    }
  }
}
