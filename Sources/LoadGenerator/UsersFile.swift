internal import AuthdaemonWire
internal import CLinux
internal import Glibc
internal import Secrets
internal import Threads

/// Who logs in, and what the reply must be. One account a line:
/// ```
/// line    = user TAB password [TAB expected *(TAB field)]
/// expected= "" / "FAIL" / address   ; "": the reply's ADDRESS is the user; "FAIL": the server must refuse
/// field   = KEY "=" value           ; a line that the reply must have, as UID=5000
/// ```
/// Empty lines are skipped. The text is held as one secret, and the lines as positions in it.
public struct UsersFile: Sendable {
  /// The largest file, in bytes: about five million accounts.
  public static let maximumBytes = 256 * 1024 * 1024
  /// The longest user name or password, in bytes: both fit into a request with room to spare.
  public static let maximumField = 2048

  /// Why the file cannot be used; it holds nothing of the file.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    /// For an administrator.
    public let description: String
  }

  /// Where an account's fields are: each ends where the next begins, a TAB before.
  struct Entry {
    let user: Int
    let password: Int
    let expected: Int
    let end: Int
  }

  private let text: Secret
  let entries: [Entry]

  /// How many accounts there are; at least one.
  public var count: Int { entries.count }

  /// Takes the text, and overwrites the source.
  public init(taking bytes: inout [UInt8]) throws(Failure) {
    text = Secret.taking(&bytes)
    entries = try Self.entries(text)
  }

  /// Reads a file.
  public init(path: String) throws(Failure) {
    var bytes = try Self.read(path)
    try self.init(taking: &bytes)
  }

  /// The text that the entries are positions in.
  func withText<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try text.withBytes(body)
  }

  private static func entries(_ text: Secret) throws(Failure) -> [Entry] {
    let parsed: Result<[Entry], Failure> = text.withBytes { text in
      var entries: [Entry] = []
      var start = 0
      var line = 0
      while start < text.count {
        let end = text.position(of: UInt8(ascii: "\n"), start, text.count) ?? text.count
        line += 1
        if end > start {
          switch entry(text, start, end) {
          case .success(let entry): entries.append(entry)
          case .failure(let failure): return .failure(Failure(description: "line \(line): \(failure)"))
          }
        }
        start = end + 1
      }
      return entries.isEmpty ? .failure(Failure(description: "there is no account in it")) : .success(entries)
    }
    return try parsed.get()
  }

  private static func entry(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Result<Entry, Failure> {
    let tab = UInt8(ascii: "\t")
    guard let userEnd = text.position(of: tab, start, end) else {
      return .failure(Failure(description: "there is no TAB between user and password"))
    }
    let passwordEnd = text.position(of: tab, userEnd + 1, end) ?? end
    guard userEnd > start, passwordEnd > userEnd + 1 else {
      return .failure(Failure(description: "the user or the password is empty"))
    }
    guard userEnd - start <= maximumField, passwordEnd - userEnd - 1 <= maximumField else {
      return .failure(Failure(description: "the user or the password is longer than \(maximumField) bytes"))
    }
    guard !text[start..<userEnd].contains(where: { $0 < 0x20 || $0 == 0x7f }),
      text.position(of: 0, userEnd, passwordEnd) == nil
    else { return .failure(Failure(description: "the user or the password holds a control character")) }
    return .success(Entry(user: start, password: userEnd + 1, expected: passwordEnd + 1, end: end))
  }

  private static func read(_ path: String) throws(Failure) -> [UInt8] {
    func failure(_ reason: String) -> Failure { Failure(description: reason) }
    let descriptor = gatepost_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { throw failure(SystemError.last("open").reason) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      throw failure("not a file")
    }
    guard information.st_size <= maximumBytes else { throw failure("larger than \(maximumBytes) bytes") }
    // As large as it will be: memory that an array gives up when it grows is not overwritten.
    var bytes = [UInt8](repeating: 0, count: Int(information.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(SystemError.last("read").reason) }
      if count == 0 { break }
      filled += count
    }
    if filled < bytes.count { bytes.removeLast(bytes.count - filled) }
    return bytes
  }
}

extension UnsafeRawBufferPointer {
  /// Where `byte` stands first in `start..<end`; nil too for an empty or impossible range.
  func position(of byte: UInt8, _ start: Int, _ end: Int) -> Int? {
    guard start < end, end <= count, let baseAddress,
      let found = memchr(baseAddress + start, Int32(byte), end - start)
    else { return nil }
    return UnsafeRawPointer(found) - baseAddress
  }

  /// The bytes of `start..<end`, counted from zero.
  func part(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[start..<end])
  }

  /// Whether both hold the same bytes.
  func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard count > 0, let baseAddress, let otherAddress = other.baseAddress else { return true }
    return memcmp(baseAddress, otherAddress, count) == 0
  }

  /// Whether these are exactly the bytes of `text`.
  func spells(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && starts(with: text)
  }

  /// Whether these begin with the bytes of `text`.
  func starts(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount, let baseAddress else { return text.utf8CodeUnitCount == 0 }
    return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
  }
}
