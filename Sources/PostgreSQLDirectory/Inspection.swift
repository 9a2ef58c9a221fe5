internal import Accounts

/// Looks for everything that would keep a directory from serving, on a connection of its own.
struct Inspection {
  /// For all of it, once connected.
  static let limit = Duration.seconds(10)

  private let queries: QuerySet
  private let settings: ConnectionSettings
  private let stop: StopFlag

  init(queries: QuerySet, settings: ConnectionSettings, stop: StopFlag) {
    self.queries = queries
    self.settings = settings
    self.stop = stop
  }

  /// Everything that is wrong.
  func findings() -> [DirectoryFinding] {
    let connection: Connection
    do throws(DatabaseFault) {
      connection = try settings.open(stop: stop)
    } catch {
      let advice = ConnectionAdvice.advice(for: error)
      return [DirectoryFinding(.unavailable, key: "", advice.map { "\(error): \($0)" } ?? "\(error)")]
    }
    var findings: [DirectoryFinding] = []
    let deadline = Deadline.now + Self.limit
    let checks: [(key: String, query: QueryTemplate?, columns: ([String]) throws(ColumnError) -> Void)] = [
      ("account", queries.account, { names throws(ColumnError) in _ = try AccountColumns(account: names) }),
      ("enumerate", queries.enumerate, { names throws(ColumnError) in _ = try AccountColumns(enumerate: names) }),
      ("set-password", queries.setPassword, { _ throws(ColumnError) in }),
    ]
    for (key, query, check) in checks {
      guard let query else { continue }
      let names: [String]
      do throws(DatabaseFault) {
        names = try connection.prepare("gatepost_\(key)", query.rendered().sql, until: deadline, stop: stop)
      } catch {
        findings.append(
          DirectoryFinding(
            error.kind == .query ? .configuration : .unavailable, key: "queries.\(key)", Self.text(error)))
        if error.kind != .query { return findings }
        continue
      }
      do throws(ColumnError) {
        try check(names)
      } catch {
        findings += error.problems.map { DirectoryFinding(.configuration, key: "queries.\(key)", "\($0)") }
      }
    }
    return findings
  }

  private static func text(_ fault: DatabaseFault) -> String {
    guard let advice = ConnectionAdvice.advice(for: fault) else { return "\(fault)" }
    return "\(fault): \(advice)"
  }
}
