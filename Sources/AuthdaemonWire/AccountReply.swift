public import Secrets

/// What AUTH and PRE answer for an account that was found and accepted:
/// ```
/// reply     = ( "USERNAME=" name LF / "UID=" decimal LF ) "GID=" decimal LF "HOME=" path LF "ADDRESS=" login LF
///             [ "NAME=" text LF ] [ "MAILDIR=" path LF ] [ "QUOTA=" text LF ]
///             [ "PASSWD=" hash LF ] [ "PASSWD2=" text LF ] [ "OPTIONS=" name "=" value *( "," name "=" value ) LF ]
///             "." LF
/// ```
/// The order is part of the protocol: Exim's recipes split the reply at white space and take ADDRESS from it, so ADDRESS stands
/// before every value that may be empty or hold a space.
///
/// The values stay where they are, and must last until it is encoded.
public struct AccountReply {
  /// The name of a system user; then USERNAME stands in the place of UID. Not empty.
  public var systemUser: UnsafeRawBufferPointer?
  /// Not sent beside `systemUser`.
  public var uid: UInt32
  /// Always sent.
  public var gid: UInt32
  /// An absolute path.
  public var home: UnsafeRawBufferPointer
  /// The login name as the database spells it.
  public var address: UnsafeRawBufferPointer
  /// The full name, sent up to its first comma. Nil leaves the line out, empty does not.
  public var name: UnsafeRawBufferPointer?
  /// Absolute or relative to `home`. Nil or empty leaves the line out.
  public var maildir: UnsafeRawBufferPointer?
  /// A maildir quota. Nil or empty leaves the line out.
  public var quota: UnsafeRawBufferPointer?
  /// `name=value` pairs joined by commas: see `AccountOptions`. Nil or empty leaves the line out.
  public var options: UnsafeRawBufferPointer?
  /// PASSWD. Nil (or empty) leaves the line out, which is what every client but a few tools can do with.
  public var passwordHash: Secret?
  /// PASSWD2. Nil (or empty) leaves the line out, which is what every client but a few tools can do with.
  public var clearPassword: Secret?

  /// A reply with what every account has; the rest is set afterwards.
  public init(uid: UInt32, gid: UInt32, home: UnsafeRawBufferPointer, address: UnsafeRawBufferPointer) {
    self.uid = uid
    self.gid = gid
    self.home = home
    self.address = address
  }

  /// The bytes to send. They hold secrets when the reply does.
  /// - Returns: `unsafeValue` when LF or NUL stands in a value, `tooLong` above `WireLimits.reply`.
  public func encoded() -> Result<[UInt8], ReplyFault> {
    // On the stack, as a rule: raw memory comes from posix_memalign(3), for which glibc keeps nothing ready.
    withUnsafeTemporaryAllocation(byteCount: mostBytes, alignment: 1) { room in
      defer { room.wipe() }
      var lines = Lines(room)
      write(&lines)
      if let fault = lines.fault { return .failure(fault) }
      return lines.count > WireLimits.reply
        ? .failure(.tooLong) : .success([UInt8](UnsafeRawBufferPointer(rebasing: room[..<lines.count])))
    }
  }

  private func write(_ lines: inout Lines) {
    if let systemUser {
      lines.add("USERNAME=", systemUser, mayBeEmpty: false)
    } else {
      lines.add("UID=", uid)
    }
    lines.add("GID=", gid)
    lines.add("HOME=", home)
    lines.add("ADDRESS=", address)
    if let name { lines.add("NAME=", name, upTo: UInt8(ascii: ",")) }
    if let maildir, !maildir.isEmpty { lines.add("MAILDIR=", maildir) }
    if let quota, !quota.isEmpty { lines.add("QUOTA=", quota) }
    if let passwordHash, !passwordHash.isEmpty { lines.add("PASSWD=", passwordHash) }
    if let clearPassword, !clearPassword.isEmpty { lines.add("PASSWD2=", clearPassword) }
    if let options, !options.isEmpty { lines.add("OPTIONS=", options) }
    lines.end()
  }

  /// At least as many as the reply will have; keys, numbers and line ends are less than 128.
  private var mostBytes: Int {
    var count = 128 + home.count + address.count
    count += (systemUser?.count ?? 0) + (name?.count ?? 0) + (maildir?.count ?? 0) + (quota?.count ?? 0)
    count += (options?.count ?? 0) + (passwordHash?.count ?? 0) + (clearPassword?.count ?? 0)
    return count
  }

  /// The lines so far, and the first thing that was wrong with one.
  private struct Lines {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    private(set) var fault: ReplyFault?

    init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func add(_ key: StaticString, _ value: UnsafeRawBufferPointer, mayBeEmpty: Bool = true) {
      if value.holdsLineBreakOrNUL || value.isEmpty && !mayBeEmpty { blame(key) }
      append(key)
      append(value)
      append("\n")
    }

    mutating func add(_ key: StaticString, _ value: UnsafeRawBufferPointer, upTo end: UInt8) {
      if value.holdsLineBreakOrNUL { blame(key) }
      add(key, value.part(0..<(value.position(of: end) ?? value.count)))
    }

    mutating func add(_ key: StaticString, _ value: Secret) {
      value.withBytes { add(key, $0) }
    }

    mutating func add(_ key: StaticString, _ value: UInt32) {
      append(key)
      append(decimal: value)
      append("\n")
    }

    mutating func end() { append(".\n") }

    private mutating func append(_ text: StaticString) {
      append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(decimal number: UInt32) {
      withUnsafeTemporaryAllocation(byteCount: Self.mostDigits, alignment: 1) { digits in
        var first = digits.count
        var rest = number
        repeat {
          first -= 1
          digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
        } while rest > 0
        append(UnsafeRawBufferPointer(rebasing: digits[first...]))
      }
    }

    /// Of a `UInt32`.
    private static let mostDigits = 10

    /// What finds no room, which `mostBytes` rules out, is a reply that is not sent.
    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
      guard let source = bytes.baseAddress, let target = room.baseAddress else { return }
      guard bytes.count <= room.count - count else {
        fault = fault ?? .tooLong
        return
      }
      target.advanced(by: count).copyMemory(from: source, byteCount: bytes.count)
      count += bytes.count
    }

    private mutating func blame(_ key: StaticString) {
      if fault == nil { fault = .unsafeValue(field: String(key.description.dropLast())) }
    }
  }
}
