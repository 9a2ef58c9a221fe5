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
public struct AccountReply: Sendable {
  /// The name of a system user; then USERNAME stands in the place of UID. Not empty.
  public var systemUser: [UInt8]?
  /// Not sent beside `systemUser`.
  public var uid: UInt32
  /// Always sent.
  public var gid: UInt32
  /// An absolute path.
  public var home: [UInt8]
  /// The login name as the database spells it.
  public var address: [UInt8]
  /// The full name, sent up to its first comma. Nil leaves the line out, empty does not.
  public var name: [UInt8]?
  /// Absolute or relative to `home`. Nil or empty leaves the line out.
  public var maildir: [UInt8]?
  /// A maildir quota. Nil or empty leaves the line out.
  public var quota: [UInt8]?
  /// `name=value` pairs joined by commas: see `AccountOptions`. Nil or empty leaves the line out.
  public var options: [UInt8]?
  /// PASSWD. Nil (or empty) leaves the line out, which is what every client but a few tools can do with.
  public var passwordHash: Secret?
  /// PASSWD2. Nil (or empty) leaves the line out, which is what every client but a few tools can do with.
  public var clearPassword: Secret?

  /// A reply with what every account has; the rest is set afterwards.
  public init(uid: UInt32, gid: UInt32, home: [UInt8], address: [UInt8]) {
    self.uid = uid
    self.gid = gid
    self.home = home
    self.address = address
  }

  /// The bytes to send. They hold secrets when the reply does.
  /// - Returns: `unsafeValue` when LF or NUL stands in a value, `tooLong` above `WireLimits.reply`.
  public func encoded() -> Result<[UInt8], ReplyFault> {
    var lines = Lines(capacity: mostBytes)
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
    return lines.end()
  }

  /// At least as many as the reply will have: memory that an array gives up when it grows is not overwritten.
  private var mostBytes: Int {
    var count = 128 + home.count + address.count
    count += (systemUser?.count ?? 0) + (name?.count ?? 0) + (maildir?.count ?? 0) + (quota?.count ?? 0)
    count += (options?.count ?? 0) + (passwordHash?.count ?? 0) + (clearPassword?.count ?? 0)
    return count
  }

  /// The lines so far, and the first thing that was wrong with one.
  private struct Lines {
    private var bytes: [UInt8] = []
    private var fault: ReplyFault?

    init(capacity: Int) {
      bytes.reserveCapacity(capacity)
    }

    mutating func add(_ key: StaticString, _ value: [UInt8], mayBeEmpty: Bool = true) {
      if value.holdsLineBreakOrNUL || value.isEmpty && !mayBeEmpty { blame(key) }
      bytes.append(key)
      bytes.append(contentsOf: value)
      bytes.append(UInt8(ascii: "\n"))
    }

    mutating func add(_ key: StaticString, _ value: [UInt8], upTo end: UInt8) {
      if value.holdsLineBreakOrNUL { blame(key) }
      bytes.append(key)
      bytes.append(contentsOf: value.prefix { $0 != end })
      bytes.append(UInt8(ascii: "\n"))
    }

    mutating func add(_ key: StaticString, _ value: UInt32) {
      bytes.append(key)
      bytes.append(decimal: value)
      bytes.append(UInt8(ascii: "\n"))
    }

    mutating func add(_ key: StaticString, _ value: Secret) {
      bytes.append(key)
      value.withBytes { secret in
        if secret.position(of: UInt8(ascii: "\n")) != nil || secret.position(of: 0) != nil { blame(key) }
        bytes.append(contentsOf: secret)
      }
      bytes.append(UInt8(ascii: "\n"))
    }

    mutating func end() -> Result<[UInt8], ReplyFault> {
      bytes.append(".\n")
      if fault == nil, bytes.count > WireLimits.reply { fault = .tooLong }
      guard let fault else { return .success(bytes) }
      bytes.wipe()
      return .failure(fault)
    }

    private mutating func blame(_ key: StaticString) {
      if fault == nil { fault = .unsafeValue(field: String(key.description.dropLast())) }
    }
  }
}
