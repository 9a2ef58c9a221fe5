/// What a key takes: how to read it from a TOML value, and how to say what was expected.
struct ValueKind<Value> {
  /// As in "expected …": `a string such as "5s"`.
  let expected: String
  /// Reads the value at a label; what is wrong with it goes to the findings.
  let read: (Node, _ label: String, inout Findings) -> Value?

  init(expected: String, read: @escaping (Node, _ label: String, inout Findings) -> Value?) {
    self.expected = expected
    self.read = read
  }

  /// A kind of one TOML type, whose text or number `parse` judges.
  private init<Raw>(
    expected: String, unwrap: @escaping (Node) -> Raw?, parse: @escaping (Raw) throws(Objection) -> Value
  ) {
    self.init(expected: expected) { node, label, findings in
      guard let raw = unwrap(node) else {
        findings.add(label, "expected \(expected), found \(node.kind)")
        return nil
      }
      do throws(Objection) {
        return try parse(raw)
      } catch {
        findings.add(label, error.text)
        return nil
      }
    }
  }
}

extension ValueKind {
  /// A string that `parse` understands.
  /// - Parameter example: a good one, for the message when it is no string at all.
  static func text(
    like example: String, _ parse: @escaping (String) throws(Objection) -> Value
  ) -> ValueKind {
    ValueKind(
      expected: "a string such as \"\(example)\"",
      unwrap: { if case .text(let text) = $0 { text } else { nil } }, parse: parse)
  }

  /// A number with a unit, within `range`.
  /// - Parameters:
  ///   - what: as in "expected a size such as".
  ///   - units: as in "a whole number and KiB, MiB or GiB".
  static func quantity(
    _ what: String, of units: String, in range: ClosedRange<Value>, like example: String,
    parse: @escaping (String) -> Value?, format: @escaping (Value) -> String
  ) -> ValueKind where Value: Comparable {
    text(like: example) { text throws(Objection) in
      let found = "found \"\(Label.harmless(text))\""
      guard let value = parse(text) else {
        throw Objection("expected a \(what) such as \"\(example)\" (a whole number and \(units)), \(found)")
      }
      guard range.contains(value) else {
        let (least, most) = (format(range.lowerBound), format(range.upperBound))
        throw Objection("expected a \(what) from \(least) to \(most), \(found)")
      }
      return value
    }
  }

  /// One word of a list; `Value`'s cases are the list.
  static func word() -> ValueKind where Value: CaseIterable & RawRepresentable<String> {
    let known = Value.allCases.map(\.rawValue)
    return text(like: known.first ?? "") { word throws(Objection) in
      if let value = Value(rawValue: word) { return value }
      throw Objection("no such value: \"\(Label.harmless(word))\"; \(Suggestion.instead(of: word, among: known))")
    }
  }
}

extension ValueKind where Value == Bool {
  /// `true` or `false`.
  static var boolean: ValueKind {
    ValueKind(
      expected: "true or false", unwrap: { if case .boolean(let value) = $0 { value } else { nil } }, parse: { $0 })
  }
}

extension ValueKind where Value == String {
  /// Any string with something in it. Mistakes do not repeat it: it may hold a password.
  static func filled(expected: String) -> ValueKind {
    ValueKind(
      expected: expected, unwrap: { if case .text(let text) = $0 { text } else { nil } },
      parse: { text throws(Objection) in
        if !text.utf8.contains(where: { $0 > 0x20 }) { throw Objection("is empty; expected \(expected)") }
        return text
      })
  }
}

extension ValueKind where Value: FixedWidthInteger {
  /// A whole number within `range`.
  static func integer(_ range: ClosedRange<Value>) -> ValueKind {
    ValueKind(
      expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      unwrap: { if case .integer(let value) = $0 { value } else { nil } },
      parse: { number throws(Objection) in
        guard let value = Value(exactly: number), range.contains(value) else {
          throw Objection("expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(number)")
        }
        return value
      })
  }
}

extension ValueKind {
  /// An array of values of `element`, with at least one in it.
  static func list<Element>(of element: ValueKind<Element>, example: String) -> ValueKind where Value == [Element] {
    ValueKind(expected: "an array such as \(example)") { node, label, findings in
      guard case .list(let nodes) = node else {
        findings.add(label, "expected an array such as \(example), found \(node.kind)")
        return nil
      }
      if nodes.isEmpty { findings.add(label, "is empty; expected an array such as \(example)") }
      var values: [Element] = []
      for (index, node) in nodes.enumerated() {
        if let value = element.read(node, Label.element(label, index + 1), &findings) { values.append(value) }
      }
      return nodes.isEmpty || values.count < nodes.count ? nil : values
    }
  }
}
