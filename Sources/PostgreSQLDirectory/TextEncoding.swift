/// Which byte strings the database can take for text.
struct TextEncoding: Sendable, Equatable {
  /// Whether the server insists on UTF-8.
  private let isUTF8: Bool
  /// Whether each byte below 0x80 is the ASCII character that it looks like: not so in those that no database of PostgreSQL is stored in
  /// (its manual, "Character Set Support").
  let isReadByteByByte: Bool

  /// - Parameters:
  ///   - client: the connection's `client_encoding`.
  ///   - server: the database's `server_encoding`.
  init(client: String, server: String) {
    // With client_encoding SQL_ASCII the server converts nothing and checks by its own encoding.
    isUTF8 = client == "UTF8" || (client == "SQL_ASCII" && server == "UTF8")
    isReadByteByByte =
      !["BIG5", "GB18030", "GBK", "JOHAB", "SHIFT_JIS_2004", "SJIS", "UHC"].contains(client)
  }

  /// False: no text in the database can be equal to `bytes`, and a query with them would end in an error.
  ///
  /// Other encodings of several bytes are left to the server. No text of PostgreSQL holds a NUL.
  func canHold(_ bytes: [UInt8]) -> Bool {
    var isASCII = true
    for byte in bytes {
      if byte == 0 { return false }
      if byte >= 0x80 { isASCII = false }
    }
    return isASCII || !isUTF8 || String(validating: bytes, as: UTF8.self) != nil
  }
}
