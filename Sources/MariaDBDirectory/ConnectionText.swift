#if MariaDB
  /// A connection string, taken apart: `keyword=value` words as libpq has them.
  ///
  /// ```
  /// text    = *space [ word *( 1*space word ) ] *space
  /// word    = keyword *space "=" *space value
  /// value   = "'" *( not-quote / "\" any ) "'" / *( not-space / "\" any )
  /// ```
  struct ConnectionText {
    /// What is wrong with it. Quotes nothing but keywords.
    struct Failure: Error, Equatable {
      let message: String
    }

    /// In their order.
    private(set) var words: [(keyword: String, value: String)] = []

    private let scalars: [Unicode.Scalar]
    private var position = 0

    /// - Parameter known: keywords that may be quoted: what looks like another one may be a part of a password.
    init(_ text: String, known: Set<String>) throws(Failure) {
      scalars = Array(text.unicodeScalars)
      skipSpaces()
      while position < scalars.count {
        let keyword = takeKeyword()
        skipSpaces()
        guard peek == "=", !keyword.isEmpty else {
          let last = words.last.map(\.keyword)
          let place =
            last.map { known.contains($0) ? "behind the value of \($0)" : "behind a value" } ?? "at its beginning"
          throw Failure(
            message:
              "expected keyword=value \(place); a value with a space in it needs single quotes: keyword='two words'")
        }
        position += 1
        skipSpaces()
        guard let value = takeValue() else {
          throw Failure(message: "\(known.contains(keyword) ? "the value of \(keyword)" : "a value") has no closing '")
        }
        words.append((keyword, value))
        skipSpaces()
      }
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func skipSpaces() {
      while let scalar = peek, scalar.properties.isWhitespace { position += 1 }
    }

    private mutating func takeKeyword() -> String {
      var keyword = ""
      while let scalar = peek, scalar != "=", !scalar.properties.isWhitespace {
        keyword.unicodeScalars.append(scalar)
        position += 1
      }
      return keyword
    }

    /// - Returns: nil when a quote is not closed.
    private mutating func takeValue() -> String? {
      var value = ""
      let isQuoted = peek == "'"
      if isQuoted { position += 1 }
      while let scalar = peek {
        position += 1
        switch scalar {
        case "'" where isQuoted: return value
        case "\\":
          if let next = peek {
            value.unicodeScalars.append(next)
            position += 1
          }
        case _ where !isQuoted && scalar.properties.isWhitespace: return value
        default: value.unicodeScalars.append(scalar)
        }
      }
      return isQuoted ? nil : value
    }
  }
#endif
