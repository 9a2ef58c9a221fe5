internal import DatabaseServers

/// What the server says that it would do, by `EXPLAIN (VERBOSE)`:
/// ```
/// Nested Loop  (cost=0.42..84.65 rows=10 width=175)
///   Output: account.username, public."Made it"(account.username)
/// ```
struct QueryPlan {
  /// The planner's estimate for all of it, in its own unit; nil when the first line holds none.
  let cost: Double?
  /// Everything in it that may be a function's name, views and policies looked into, as an array's text; nil when there may be a quote in
  /// a name.
  let names: [UInt8]?

  init(_ result: borrowing QueryResult) {
    var lines: [String] = []
    for row in 0..<result.rowCount {
      lines.append(result.value(row: row, column: 0).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }
    cost = lines.first.flatMap { Self.estimate(of: $0) }
    names = Self.names(in: lines.joined(separator: "\n"))
  }

  static func estimate(of line: String) -> Double? {
    guard let cost = line.split(separator: "(cost=").last?.split(separator: " ").first else { return nil }
    return cost.split(separator: "..").last.flatMap { Double($0) }
  }

  /// What is not small letters, digits and `_` is quoted there.
  static func names(in plan: String) -> [UInt8]? {
    guard !plan.contains("\"\"") else { return nil }
    var names = Set(plan.utf8.split { !Self.isPartOfName($0) }.map(Array.init))
    // And whatever stands between two quotes, the opening one or not: a text may hold one too.
    names.formUnion(plan.utf8.split(separator: UInt8(ascii: "\"")).map(Array.init))
    var text = Array("{".utf8)
    for name in names {
      if text.count > 1 { text.append(UInt8(ascii: ",")) }
      CombinedQuery.appendElement(name, to: &text)
    }
    return text + "}".utf8
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
