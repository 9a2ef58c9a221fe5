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
/// Only where that gives what the query by itself gives: see `prepare`.
struct CombinedQuery: Sendable {
  /// So many have to ask at one time for this to be faster: for three it is not.
  static let leastCount = 4

  /// A server that takes longer has found another plan since it was asked, or is busy with other things.
  static let slowness = Duration.milliseconds(50)
  /// For so long after that each is asked for by itself.
  static let rest = Duration.seconds(10)

  private static let name = "gatepost_accounts"
  private static let table = "gatepost_asked"
  private static let number = "gatepost_asked_number"

  let sql: String
  private let parameters: BoundParameters
  private let placeholders: [Placeholder]

  /// - Parameter types: of the query's parameters, as the server has inferred them.
  /// - Returns: nil for a query that cannot stand there.
  init?(_ query: LookUpQueries.Query, types: [Oid]) {
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
    let columns = asked.map { "\(Self.table)_\($0 + 1)" } + [Self.number]
    sql = """
      SELECT \(Self.table).\(Self.number), account.*
      FROM ROWS FROM (\(arrays.joined(separator: ", "))) WITH ORDINALITY AS \(Self.table)(\(columns.joined(separator: ", "))),
        LATERAL (SELECT * FROM (\(account)
      ) AS account OFFSET 0) AS account
      """
    parameters = query.parameters
    self.placeholders = placeholders
  }

  /// Prepares it, beside the account query, which has been prepared.
  /// - Parameter columns: the account query's.
  /// - Returns: nil where each name is to be asked for by itself: the server does not take the query in that place (`UPDATE … RETURNING`,
  ///   an old version), or thinks that it would be dearer there; the query calls what may change something; or the connection's encoding
  ///   is none in which an array can be written byte by byte.
  /// - Throws: what is no error of the statement's.
  static func prepare(
    _ query: LookUpQueries.Query, types: [Oid], columns: [String], on connection: Connection, until deadline: Instant,
    stop: StopFlag
  ) throws(DatabaseFault) -> CombinedQuery? {
    guard connection.encoding.isReadByteByByte, let combined = CombinedQuery(query, types: types) else { return nil }
    do throws(DatabaseFault) {
      let description = try connection.prepare(name, combined.sql, until: deadline, stop: stop)
      guard description.columnNames == [number] + columns else { return nil }
      let arguments = try combined.arguments(on: connection)
      func plan(_ statement: String, _ arguments: [String]) throws(DatabaseFault) -> (cost: Double?, text: String) {
        let sql = "EXPLAIN (VERBOSE) EXECUTE \(statement)(\(arguments.joined(separator: ", ")))"
        let lines = try connection.run(sql, until: deadline, stop: stop)
        var text: [String] = []
        for row in 0..<lines.rowCount {
          text.append(lines.value(row: row, column: 0).map { String(decoding: $0, as: UTF8.self) } ?? "")
        }
        return (text.first.flatMap { estimate(of: $0) }, text.joined(separator: "\n"))
      }
      let together = try plan(name, arguments.together)
      guard let costAlone = try plan(query.name, arguments.alone).cost, let cost = together.cost,
        isCheap(together: cost, alone: costAlone), let names = names(in: together.text)
      else { return nil }
      let literal = try connection.literal(names)
      guard try connection.run(mayChange(literal), until: deadline, stop: stop).rowCount == 0 else { return nil }
      return combined
    } catch {
      guard error.kind == .query else { throw error }
      return nil
    }
  }

  /// Some name, for an estimate.
  private func arguments(
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

  /// Whether ten names together, which is what the planner expects, cost about ten times what one costs. Not so where a plan for a known
  /// name is better than one for any (`LIKE :username`). Where a look-up takes long by itself, sharing the rest of it gains nothing, and
  /// ten might be enough to have the server compile (`jit_above_cost`).
  static func isCheap(together: Double, alone: Double) -> Bool { together <= 20 * alone && together < 1_000 }

  /// The planner's estimate for all of a plan, read off its first line: `Result  (cost=0.00..0.01 rows=1 width=4)`.
  static func estimate(of line: String) -> Double? {
    guard let cost = line.split(separator: "(cost=").last?.split(separator: " ").first else { return nil }
    return cost.split(separator: "..").last.flatMap { Double($0) }
  }

  /// Everything in a plan that may be a function's name, views and policies looked into, as an array's text. What is not small letters,
  /// digits and `_` is quoted there.
  /// - Returns: nil when there may be a quote in a name.
  static func names(in plan: String) -> [UInt8]? {
    guard !plan.contains("\"\"") else { return nil }
    var names = Set(plan.utf8.split { !Self.isPartOfName($0) }.map(Array.init))
    // And whatever stands between two quotes, the opening one or not: a text may hold one too.
    names.formUnion(plan.utf8.split(separator: UInt8(ascii: "\"")).map(Array.init))
    var text = Array("{".utf8)
    for name in names {
      if text.count > 1 { text.append(UInt8(ascii: ",")) }
      appendElement(name, to: &text)
    }
    return text + "}".utf8
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// A query that finds something when one of these functions may change what the account query reads, such as a setting of the session
  /// that a policy goes by: for one name after the other that is another thing than for all at once. Volatile is what does not say
  /// otherwise.
  private static func mayChange(_ names: String) -> String {
    """
    SELECT 1 FROM pg_catalog.pg_proc
    WHERE provolatile = 'v' AND proname = ANY (\(names)::pg_catalog.name[])
      AND (pronamespace <> 'pg_catalog'::pg_catalog.regnamespace OR proname = 'set_config')
    LIMIT 1
    """
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
