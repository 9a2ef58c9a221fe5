extension PasswordSchemes {
  /// The row of a crypt string, by how it begins; DES, which begins with nothing, by its whole shape.
  static func cryptRow(of text: UnsafeRawBufferPointer) -> Int? {
    guard let first = text.first else { return nil }
    if first != UInt8(ascii: "$"), first != UInt8(ascii: "_") {
      var cursor = Cursor(text: text, at: 0)
      return text.count == desLength && cursor.takeBase64(desLength) ? desIndex : nil
    }
    for (index, method) in cryptMethods.enumerated() where index != desIndex && method.prefixLength(in: text) != nil {
      return index
    }
    return nil
  }

  /// The row of another string that names itself by how it begins.
  static func selfNamedRow(of text: UnsafeRawBufferPointer) -> Int? {
    for (beginning, index) in beginnings {
      var cursor = Cursor(text: text, at: 0)
      if cursor.take(beginning) { return index }
    }
    return nil
  }

  private static let beginnings: [(StaticString, Int)] = all.enumerated().flatMap { index, scheme in
    scheme.method.beginnings.map { ($0, index) }
  }
  private static let cryptMethods: [CryptMethod] = cryptRows.compactMap { $0.method as? CryptMethod }
  private static let desIndex = cryptMethods.firstIndex { $0.grammar == .des }
  /// Two characters of salt, eleven of hash.
  private static let desLength = 13
}
