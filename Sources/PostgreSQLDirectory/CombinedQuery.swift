internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers
internal import Threads

/// The account query for several names, in one statement: the server makes a plan executable and takes it down once for all of them, and
/// that is most of what it does for a look-up.
///
/// ```
/// SELECT gatepost_asked.gatepost_asked_number, account.*
/// FROM ROWS FROM (pg_catalog.unnest((SELECT $1::pg_catalog.text[])), …) WITH ORDINALITY
///     AS gatepost_asked(gatepost_asked_1, …, gatepost_asked_number),
///   LATERAL (SELECT * FROM (the account query) AS account OFFSET 0) AS account
/// ```
/// In the account query `(gatepost_asked.gatepost_asked_1)` stands where `$1` stood; a constant of a preset remains a parameter. `OFFSET 0` keeps the
/// planner from making one join of the two: each name is looked up with the plan that the query has by itself. The arrays come out of a
/// `SELECT` so that the planner does not see how long they are: for few names it would deem it cheaper to plan anew each time.
///
/// Only where that gives what the query by itself gives: see `CombinedQueryTrial`.
struct CombinedQuery: Sendable {
  /// So many have to ask at one time for this to be faster: for three it is not.
  static let leastCount = 4

  /// A server that takes longer has found another plan since it was asked, or is busy with other things.
  static let slowness = Duration.milliseconds(50)
  /// For so long after that each is asked for by itself.
  static let rest = Duration.seconds(10)

  /// Its name on the server.
  static let name = "gatepost_accounts"
  private static let table = "gatepost_asked"
  private static let number = "gatepost_asked_number"

  let sql: String
  /// The columns that it has to have: the number, and the account query's.
  let columns: [String]
  private let parameters: BoundParameters
  private let placeholders: [Placeholder]

  /// - Parameters:
  ///   - types: of the query's parameters, as the server has inferred them.
  ///   - columns: the query's.
  /// - Returns: nil for a query that cannot stand there.
  init?(_ query: LookUpQueries.Query, types: [Oid], columns: [String]) {
    let placeholders = query.template.rendered().parameters
    let asked = placeholders.indices.filter { !Placeholder.preset.contains(placeholders[$0]) }
    // What bears the same name in the query would be taken for ours, or ours for it.
    guard !asked.isEmpty, types.count == placeholders.count, !query.sql.lowercased().contains(Self.table) else {
      return nil
    }
    // Of any other type the values might be compared otherwise (citext, char(n)), or an array of them be another thing (arrays).
    guard asked.allSatisfy({ Self.texts.contains(types[$0]) }) else { return nil }
    let account = query.template.embedded { placeholder in
      let index = placeholders.firstIndex(of: placeholder) ?? 0
      return Placeholder.preset.contains(placeholder) ? "$\(index + 1)" : "(\(Self.table).\(Self.table)_\(index + 1))"
    }
    let arrays = asked.map {
      "pg_catalog.unnest((SELECT $\($0 + 1)::pg_catalog.\(types[$0] == Self.text ? "text" : "varchar")[]))"
    }
    let names = asked.map { "\(Self.table)_\($0 + 1)" } + [Self.number]
    sql = """
      SELECT \(Self.table).\(Self.number), account.*
      FROM ROWS FROM (\(arrays.joined(separator: ", "))) WITH ORDINALITY AS \(Self.table)(\(names.joined(separator: ", "))),
        LATERAL (SELECT * FROM (\(account)
      ) AS account OFFSET 0) AS account
      """
    self.columns = [Self.number] + columns
    parameters = query.parameters
    self.placeholders = placeholders
  }

  /// Some name, for an estimate.
  func arguments(
    on connection: Connection
  ) throws(DatabaseFault) -> (alone: [String], together: [String]) {
    var sample = parameters
    guard sample.bind({ _, bytes in bytes.append(UInt8(ascii: "x")) }) else {
      throw .init(.query, "a NUL in a parameter")
    }
    var alone: [String] = []
    var together: [String] = []
    for (index, placeholder) in placeholders.enumerated() {
      let literal = try connection.literal(sample.value(of: index))
      alone.append(literal)
      together.append(Placeholder.preset.contains(placeholder) ? literal : "'{x}'")
    }
    return (alone, together)
  }

  /// Which rows of a result are whose.
  /// - Returns: for each of those asked for, how many there are and the first of them; nil when a row is nobody's.
  static func rows(_ result: borrowing QueryResult, count: Int) -> [(count: Int, first: Int)]? {
    var rows = [(count: Int, first: Int)](repeating: (0, 0), count: count)
    for row in 0..<result.rowCount {
      guard let number = result.value(row: row, column: 0).flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
        rows.indices.contains(number - 1)
      else { return nil }
      if rows[number - 1].count == 0 { rows[number - 1].first = row }
      rows[number - 1].count += 1
    }
    return rows
  }

  /// Hands it to libpq, for all of `lookUps`: the first is number 1.
  /// - Returns: whether it took it.
  func send(_ lookUps: [LookUp], on connection: Connection) -> Bool {
    var values = parameters
    let isBound = values.bind { placeholder, bytes in
      bytes.append(UInt8(ascii: "{"))
      for lookUp in lookUps {
        if lookUp !== lookUps.first { bytes.append(UInt8(ascii: ",")) }
        Self.appendElement(lookUp.key[placeholder], to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
    guard isBound else { return false }
    return values.withPointers { PQsendQueryPrepared(connection.handle, Self.name, values.count, $0, nil, nil, 0) } == 1
  }

  /// As an array's text has it (PostgreSQL's manual, "Array Input and Output Syntax"): what is quoted is neither NULL nor a delimiter.
  static func appendElement(_ value: some Collection<UInt8>, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// `TEXTOID` and `VARCHAROID` of `pg_type_d.h`, which are the same in each database.
  private static let text: Oid = 25
  private static let texts: Set<Oid> = [text, 1043]
}

extension AccountKey {
  /// What a look-up brings for a placeholder; nothing for others.
  fileprivate subscript(_ placeholder: Placeholder) -> ArraySlice<UInt8> {
    switch placeholder {
    case .username: name.username[...]
    case .localPart: name.localPart
    case .domain: name.domain
    case .service: service[...]
    case .newHash, .newPassword, .mailRoot, .uid, .gid, .maildir: []
    }
  }
}
