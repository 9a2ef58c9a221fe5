/// One thing that a listing says. See `EnumerationEncoder` for the grammar.
public enum EnumerationEntry: Sendable, Equatable {
  /// The accounts of this directory follow.
  case heading([UInt8])
  /// One account.
  case account(Account)
  /// The final `.`: this was everything.
  case end
  /// `FAIL`: the server does not list accounts for this peer.
  case refused
  /// A line that is none of these; what is wrong with it, without any of its bytes.
  case garbled(String)

  /// One line's fields.
  public struct Account: Sendable, Equatable {
    /// The login name.
    public var name: [UInt8]
    /// 0 is dropped by courier's client.
    public var uid: UInt32
    /// 0 is dropped by courier's client.
    public var gid: UInt32
    /// A path.
    public var home: [UInt8]
    /// May be empty.
    public var maildir: [UInt8]
    /// May be empty.
    public var options: [UInt8]

    /// One line's fields.
    public init(name: [UInt8], uid: UInt32, gid: UInt32, home: [UInt8], maildir: [UInt8] = [], options: [UInt8] = []) {
      self.name = name
      self.uid = uid
      self.gid = gid
      self.home = home
      self.maildir = maildir
      self.options = options
    }
  }
}
