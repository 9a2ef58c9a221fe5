import CSQLite

@testable import Accounts

/// The query templates, on any text, for every dialect:
/// - reading one does not trap; what is wrong has its line and column;
/// - what the database gets holds exactly the parameters of the template, numbered from 1 as they first stand there (MariaDB's: one
///   for each place), and nothing else that it could take for one;
/// - with literals in the places of its parameters, and in brackets, it is what it was: one statement, which ends with them;
/// - SQLite itself, where it can make a statement of the text, counts as many parameters and no second statement.
@_cdecl("LLVMFuzzerTestOneInput")
public func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let sql = String(decoding: Input(start, count), as: UTF8.self)
  for dialect in SQLDialect.allCases {
    for allowed in [Placeholder.lookUp.union(Placeholder.preset), Placeholder.passwordChange, Placeholder.enumeration] {
      check(sql, dialect, allowed)
    }
  }
  return 0
}

private func check(_ sql: String, _ dialect: SQLDialect, _ allowed: Set<Placeholder>) {
  do throws(QueryTemplateError) {
    let template = try QueryTemplate(sql, dialect: dialect, allowing: allowed)
    let (text, parameters) = template.rendered()
    promise(allowed.isSuperset(of: parameters), "a placeholder that is not allowed")

    let lexis = dialect.lexis
    let written = SQLScanner(Array(sql.utf8), lexis: lexis).placeholders.map {
      String(decoding: $0.name, as: UTF8.self)
    }
    let marker = String(decoding: [lexis.marker], as: UTF8.self)
    let expected: [String]
    if lexis.numbersParameters {
      promise(Set(parameters).count == parameters.count, "a placeholder has two numbers")
      expected = written.map { name in "\(marker)\((parameters.firstIndex { $0.rawValue == name } ?? -2) + 1)" }
    } else {
      promise(parameters.map(\.rawValue) == written, "values in another order")
      expected = written.map { _ in marker }
    }
    let scan = SQLScanner(Array(text.utf8), lexis: lexis)
    promise(scan.placeholders.isEmpty, "a placeholder is left in the text")
    promise(scan.troubles.map(\.trouble) == expected.map { .foreignParameter($0) }, "other parameters: \(text)")
    // A constant of a preset's, and a column (`CombinedQuery`).
    for value in ["'it''s'", "(gatepost_asked.gatepost_asked_1)"] {
      let embedded = template.embedded { _ in value }
      let inside = SQLScanner(Array(embedded.utf8), lexis: lexis)
      promise(
        inside.placeholders.isEmpty && inside.troubles.isEmpty && inside.end == nil, "something else: \(embedded)")
      let around = SQLScanner(Array("\(embedded)\n;".utf8), lexis: lexis)
      promise(around.end == embedded.utf8.count + 1, "the end is hidden: \(embedded)")
    }
    if dialect == .sqlite { askSQLite(text, parameters.count) }
  } catch {
    promise(!error.mistakes.isEmpty, "refused without a reason")
    for mistake in error.mistakes { promise(mistake.line >= 1 && mistake.column >= 1, "\(mistake)") }
  }
}

private func askSQLite(_ text: String, _ parameters: Int) {
  var statement: OpaquePointer?
  var tail: UnsafePointer<CChar>?
  var text = text
  text.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) { characters in
      let code = sqlite3_prepare_v2(database, characters.baseAddress, CInt(characters.count), &statement, &tail)
      guard code == SQLITE_OK, let statement, let tail, let start = characters.baseAddress else { return }
      promise(Int(sqlite3_bind_parameter_count(statement)) == parameters, "SQLite counts other parameters")
      let rest = Input(rebasing: Input(characters)[(tail - start)...])
      if !rest.isEmpty { promise(isNothing(rest), "SQLite sees a second statement") }
    }
  }
  sqlite3_finalize(statement)
}

/// Whether SQLite finds no statement in what is left.
private func isNothing(_ rest: Input) -> Bool {
  var statement: OpaquePointer?
  let code = sqlite3_prepare_v2(
    database, rest.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(rest.count), &statement, nil)
  defer { sqlite3_finalize(statement) }
  return code == SQLITE_OK && statement == nil
}

/// In memory, with a table of the names that queries have. Nothing is ever run in it.
nonisolated(unsafe) private let database: OpaquePointer? = {
  var database: OpaquePointer?
  sqlite3_open(":memory:", &database)
  sqlite3_exec(
    database,
    "CREATE TABLE passwd (id, crypt, clear, uid, gid, home, maildir, quota, name, options, username, password, active)",
    nil, nil, nil)
  return database
}()
