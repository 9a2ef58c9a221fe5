/// The name of a directory: what PRE asks for, what heads a list, what a log line says.
enum DirectoryName {
  /// In bytes.
  static let longest = 64

  static func parse(_ text: String) throws(Objection) -> String {
    if text.isEmpty { throw Objection("is empty; expected a name such as \"accounts\"") }
    guard text.utf8.allSatisfy(Label.isBareKeyByte) else {
      throw Objection("expected letters, digits, \"-\" and \"_\" only, found \"\(Label.harmless(text))\"")
    }
    guard text.utf8.count <= longest else {
      throw Objection("is \(text.utf8.count) bytes long; a name has at most \(longest)")
    }
    return text
  }
}
