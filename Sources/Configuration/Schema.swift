internal import Accounts

/// What a table of the file may hold: a row for each key. `TableSchema.read` walks it; adding a key is adding a row.
struct TableSchema<Draft> {
  /// For people: `[[listen]]`, `[limits]`, `the top level`.
  let title: String
  let rows: [Row<Draft>]

  /// All that this table and those inside it know, for "this key belongs in …" and for advice on syntax errors.
  func catalogue(at path: [String] = []) -> [CatalogueEntry] {
    rows.flatMap { row in
      [CatalogueEntry(table: title, path: path + [row.key], expected: row.expected)] + row.inner(path + [row.key])
    }
  }
}

/// A key that exists somewhere.
struct CatalogueEntry {
  /// The title of its table.
  let table: String
  /// The way there, without array numbers.
  let path: [String]
  /// What its value looks like, as in "a string such as …".
  let expected: String

  /// The key itself.
  var key: String { path.last ?? "" }
}

/// One key of a table: what it takes, and where that goes.
struct Row<Draft> {
  let key: String
  let expected: String
  let inner: (_ path: [String]) -> [CatalogueEntry]
  let read: (Node, _ label: String, inout Draft, inout Findings, [CatalogueEntry]) -> Void
}

extension Row {
  /// A key with a value.
  init<Value>(_ key: String, _ kind: ValueKind<Value>, _ target: WritableKeyPath<Draft, Value?>) {
    self.init(key: key, kind) { draft, value in draft[keyPath: target] = value }
  }

  /// A key with a value, for a target that has a default.
  init<Value>(_ key: String, _ kind: ValueKind<Value>, default target: WritableKeyPath<Draft, Value>) {
    self.init(key: key, kind) { draft, value in draft[keyPath: target] = value }
  }

  /// A key with a value that `store` puts away.
  init<Value>(key: String, _ kind: ValueKind<Value>, store: @escaping (inout Draft, Value) -> Void) {
    self.init(key: key, expected: kind.expected, inner: { _ in [] }) { node, label, draft, findings, _ in
      if let value = kind.read(node, label, &findings) { store(&draft, value) }
    }
  }

  /// A table: `[key]`.
  init<Inner>(
    table key: String, _ schema: TableSchema<Inner>, start: Inner, _ target: WritableKeyPath<Draft, Reading<Inner>?>
  ) {
    self.init(key: key, expected: "a table: \(schema.title)", inner: schema.catalogue) {
      node, label, draft, findings, catalogue in
      guard case .table(let entries) = node else {
        return findings.add(label, "expected a table, \(schema.title) with single brackets, found \(node.kind)")
      }
      draft[keyPath: target] = schema.read(entries, at: label, start, &findings, catalogue)
    }
  }

  /// An array of tables: `[[key]]`.
  init<Inner>(
    tables key: String, _ schema: TableSchema<Inner>, start: Inner, _ target: WritableKeyPath<Draft, [Reading<Inner>]>
  ) {
    self.init(key: key, expected: "tables: \(schema.title)", inner: schema.catalogue) {
      node, label, draft, findings, catalogue in
      guard case .list(let elements) = node else {
        return findings.add(label, "expected \(schema.title) with double brackets, found \(node.kind)")
      }
      if elements.isEmpty { findings.add(label, "is empty; add \(schema.title), or leave the key out") }
      for (index, element) in elements.enumerated() {
        let label = Label.element(label, index + 1)
        switch element {
        case .table(let entries):
          draft[keyPath: target].append(schema.read(entries, at: label, start, &findings, catalogue))
        case .unreadable: break
        default: findings.add(label, "expected a table, found \(element.kind)")
        }
      }
    }
  }
}

/// A table as it was read: the values, and which keys were there, readable or not.
struct Reading<Draft> {
  let label: String
  var draft: Draft
  fileprivate(set) var given: Set<String> = []

  /// The value of a key that must be there.
  func require<Value>(_ key: String, _ value: Value?, _ advice: String, _ findings: inout Findings) -> Value? {
    if value == nil, !given.contains(key) { findings.add(Label.child(label, key), "missing; \(advice)") }
    return value
  }
}

extension TableSchema {
  /// Reads a table: every key that is known is checked and stored, every other one is a mistake.
  func read(
    _ entries: [Node.Entry], at label: String, _ start: Draft, _ findings: inout Findings, _ catalogue: [CatalogueEntry]
  ) -> Reading<Draft> {
    var reading = Reading(label: label, draft: start)
    for entry in entries {
      let place = Label.child(label, entry.key)
      guard let row = rows.first(where: { $0.key == entry.key }) else {
        findings.add(place, unknown(entry.key, catalogue))
        continue
      }
      reading.given.insert(row.key)
      if case .unreadable = entry.value { continue }
      row.read(entry.value, place, &reading.draft, &findings, catalogue)
    }
    return reading
  }

  private func unknown(_ key: String, _ catalogue: [CatalogueEntry]) -> String {
    let here = rows.map(\.key)
    let elsewhere = catalogue.filter { $0.key == key && $0.table != title }
    if !elsewhere.isEmpty {
      var tables: [String] = []
      for entry in elsewhere where !tables.contains(entry.table) { tables.append(entry.table) }
      return "unknown key in \(title); it belongs in \(tables.joined(separator: " or "))"
    }
    if let nearest = Spelling.nearest(to: key, among: here) { return "unknown key; did you mean `\(nearest)`?" }
    let others = catalogue.filter { $0.table != title }
    if let nearest = Spelling.nearest(to: key, among: others.map(\.key)),
      let entry = others.first(where: { $0.key == nearest })
    {
      return "unknown key in \(title); did you mean `\(nearest)` of \(entry.table)?"
    }
    return "unknown key; \(title) takes \(Suggestion.list(here))"
  }
}
