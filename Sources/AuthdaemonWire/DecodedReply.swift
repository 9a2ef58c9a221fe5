/// What a server's reply to AUTH, PRE or PASSWD says, read to the end of the connection.
public enum DecodedReply: Sendable {
  /// Accepted: the lines in their order. Values of PASSWD and PASSWD2 are secrets.
  case account([(key: [UInt8], value: [UInt8])])
  /// `FAIL`.
  case refused
  /// `OK`.
  case done
  /// The connection closed without a byte: a temporary failure.
  case nothing
  /// No reply that a client can use, and what is wrong with it; the text holds none of the reply's bytes.
  case garbled(String)
}
