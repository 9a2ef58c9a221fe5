/// The strings of crypt(3), one production a method (crypt(5) of libxcrypt 4.4):
/// ```
/// des       = 2b64 11b64
/// bsdi      = "_" 4b64 4b64 11b64                              ; rounds, salt, hash
/// md5       = "$1$" *8salt "$" 22b64
/// sha       = ( "$5$" / "$6$" ) [ "rounds=" number "$" ] *16salt "$" ( 43b64 / 86b64 )
/// bcrypt    = "$2" ( "a" / "b" / "y" ) "$" 2DIGIT "$" 22b64 31b64
/// yescrypt  = ( "$y$" / "$gy$" ) 1*b64 "$" *86b64 "$" 43b64    ; the first part: see YescryptParameters
/// scrypt    = "$7$" 11b64 *86b64 "$" 43b64
/// sha1      = "$sha1$" number "$" 1*64b64 "$" 28b64
/// sunmd5    = "$md5" ( "$" / "," ) [ "rounds=" number "$" ] *16b64 [ "$" ] "$" 22b64
/// nt        = "$3$$" 32hex
/// b64       = "." / "/" / DIGIT / ALPHA
/// salt      = any byte but "$", ":", LF
/// number    = a digit from 1 to 9, up to 9 more digits
/// ```
/// It is checked before libcrypt sees it: a string that is cut short (a column too narrow) must not look like a wrong password, a
/// work factor from the database must not stall a thread for hours, and libcrypt aborts the process over some (a `$sha1$` salt
/// of more than 64 bytes trips an assertion).
enum CryptGrammar: Sendable, Equatable {
  case des
  case bsdi
  case md5
  case sha
  case bcrypt
  case yescrypt
  case scrypt
  case sha1
  case sunMD5
  case nt

  /// What a well-formed string asks for, or what is wrong with it.
  enum Reading: Equatable {
    /// - Parameters:
    ///   - work: in the unit of the row's limit.
    ///   - rounds: what ``PasswordScheme/chosenRounds`` would ask for the same again; nil when it cannot.
    case complete(work: Int, rounds: Int?)
    case damaged(String)
  }

  /// What `$5$` and `$6$` ask for that name no number.
  static let standardSHARounds = 5000

  /// Reads `text`, which begins with `prefix` and whose hash has `hashLength` characters.
  func read(_ text: UnsafeRawBufferPointer, prefix: Int, hashLength: Int) -> Reading {
    var cursor = Cursor(text: text, at: prefix)
    guard let (work, rounds) = readSetting(&cursor) else { return .damaged("not a hash of this scheme") }
    let left = text.count - cursor.at
    guard left == hashLength else { return .damaged("a hash of \(left) characters where \(hashLength) belong") }
    let isHash = self == .nt ? cursor.take(hashLength, where: Cursor.isLowerHexadecimal) : cursor.takeBase64(hashLength)
    return isHash ? .complete(work: work, rounds: rounds) : .damaged("a character in the hash that none can have")
  }

  /// What `text` asks for by its setting; its hash is not looked at.
  func work(_ text: UnsafeRawBufferPointer, prefix: Int) -> Int? {
    var cursor = Cursor(text: text, at: prefix)
    return readSetting(&cursor)?.work
  }

  /// The memory, in bytes, that a string with a readable setting takes, where that depends on the setting; else 0.
  func memory(_ text: UnsafeRawBufferPointer, prefix: Int) -> Int {
    var cursor = Cursor(text: text, at: prefix)
    return switch self {
    case .yescrypt: YescryptParameters(yescrypt: &cursor)?.memory ?? 0
    case .scrypt: YescryptParameters(scrypt: &cursor)?.memory ?? 0
    default: 0
    }
  }

  /// Takes `rounds=` and its number, where they stand.
  /// - Returns: `standard` where they do not; nil when what follows is no number.
  static func takeRounds(_ cursor: inout Cursor, otherwise standard: Int) -> Int? {
    guard cursor.take("rounds=") else { return standard }
    guard let number = cursor.takeNumber(), cursor.take("$") else { return nil }
    return number
  }

  private func readSetting(_ cursor: inout Cursor) -> (work: Int, rounds: Int?)? {
    switch self {
    case .des:
      return cursor.takeBase64(2) ? (1, nil) : nil
    case .bsdi:
      guard let rounds = cursor.takeLittleEndian(4), cursor.takeBase64(4) else { return nil }
      return (rounds, rounds)
    case .md5:
      return cursor.takeSalt(upTo: 8) && cursor.take("$") ? (1, nil) : nil
    case .nt:
      return (1, nil)
    case .sha:
      guard let rounds = Self.takeRounds(&cursor, otherwise: Self.standardSHARounds) else { return nil }
      return cursor.takeSalt(upTo: 16) && cursor.take("$") ? (rounds, rounds) : nil
    case .bcrypt:
      guard let tens = cursor.takeDigit(), let ones = cursor.takeDigit(), cursor.take("$"), cursor.takeBase64(22)
      else { return nil }
      return (10 * tens + ones, 10 * tens + ones)
    case .yescrypt:
      guard let parameters = YescryptParameters(yescrypt: &cursor), cursor.take("$") else { return nil }
      guard cursor.takeBase64(upTo: 86) != nil, cursor.take("$") else { return nil }
      return (parameters.work, parameters.costFactor)
    case .scrypt:
      guard let parameters = YescryptParameters(scrypt: &cursor) else { return nil }
      guard cursor.takeBase64(upTo: 86) != nil, cursor.take("$") else { return nil }
      return (parameters.work, parameters.costFactor)
    case .sha1:
      guard let number = cursor.takeNumber(), cursor.take("$") else { return nil }
      guard let salt = cursor.takeBase64(upTo: 64), salt > 0, cursor.take("$") else { return nil }
      return (number, number)
    case .sunMD5:
      guard let rounds = Self.takeRounds(&cursor, otherwise: 0) else { return nil }
      guard cursor.takeBase64(upTo: 16) != nil, cursor.take("$") else { return nil }
      _ = cursor.take("$")
      return (4096 + rounds, rounds)
    }
  }
}
