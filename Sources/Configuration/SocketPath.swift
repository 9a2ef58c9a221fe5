/// The path of a Unix socket, checked.
enum SocketPath {
  /// In bytes: `sun_path` of unix(7) holds 108 with the closing NUL.
  static let longest = 107

  static func parse(_ text: String) throws(Objection) -> String {
    guard text.hasPrefix("/") else {
      throw Objection("expected an absolute path such as \"/run/gatepost/socket\", found \"\(Label.harmless(text))\"")
    }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw Objection("holds a control character") }
    if text.hasSuffix("/") { throw Objection("expected the path of a socket, found a folder's: it ends with a slash") }
    let length = text.utf8.count
    if length > longest {
      throw Objection("is \(length) bytes long; a socket's path has at most \(longest)")
    }
    return text
  }

  /// The same for two spellings of one path: without empty parts and dots.
  static func normalised(_ path: String) -> String {
    "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}
