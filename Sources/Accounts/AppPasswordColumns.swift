internal import Secrets

/// The result columns that an `app-passwords` query may have, by name.
public enum AppPasswordColumn: String, Sendable, CaseIterable {
  /// The stored hash. Mandatory.
  case password
  /// What the log calls it.
  case description
  /// What it is good for; NULL, or no such column: everything.
  case services
}

/// Which column of a result holds what; makes app passwords of its rows. Names compare without regard to ASCII case.
public struct AppPasswordColumns: Sendable {
  private let password: Int
  private let description: Int?
  private let services: Int?

  /// The columns of an `app-passwords` query, in the order of the result.
  public init(_ names: [String]) throws(ColumnError) {
    let known = AppPasswordColumn.allCases.map(\.rawValue)
    var problems: [ColumnError.Problem] = []
    var places: [AppPasswordColumn: Int] = [:]
    for (index, name) in names.enumerated() {
      guard let column = AppPasswordColumn(rawValue: name.asciiLowercased) else {
        let advice = Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" }
        problems.append(.other("unknown column \(name)\(advice ?? ": known are \(known.joined(separator: ", "))")"))
        continue
      }
      if places[column] != nil { problems.append(.other("column \(name) is there twice")) }
      places[column] = index
    }
    guard let password = places[.password], problems.isEmpty else {
      if places[.password] == nil { problems.append(.missing(.password)) }
      throw ColumnError(problems: problems)
    }
    self.password = password
    description = places[.description]
    services = places[.services]
  }

  /// The app passwords in the rows of a result, in their order. A row without a password is left out: nothing can match it.
  /// - Parameters:
  ///   - next: goes to the next row; false when there is none.
  ///   - value: the bytes of the column at this place, nil for NULL; they must last until it is called again.
  /// - Returns: `accepted`, or `unavailable`: one row too many, or one that cannot be used.
  public func appPasswords<Failure: Error>(
    next: () throws(Failure) -> Bool, _ value: (Int) -> UnsafeRawBufferPointer?
  ) throws(Failure) -> Outcome<[AppPassword]> {
    var reading = Reading(self)
    while try next() {
      guard reading.take(value) else { break }
    }
    return reading.outcome
  }

  /// The same row by row, as they come.
  public struct Reading: Sendable {
    private let columns: AppPasswordColumns
    private var found: [AppPassword] = []
    private var count = 0
    private var fault: Unavailability?

    /// No row has come.
    public init(_ columns: AppPasswordColumns) { self.columns = columns }

    /// What the rows so far are: `accepted`, or `unavailable`.
    public var outcome: Outcome<[AppPassword]> { fault.map { .unavailable($0) } ?? .accepted(found) }

    /// Takes one row.
    /// - Returns: false when it decides the outcome, whatever follows.
    @discardableResult
    public mutating func take(_ value: (Int) -> UnsafeRawBufferPointer?) -> Bool {
      guard fault == nil else { return false }
      count += 1
      guard count <= AppPassword.maximumCount else {
        fault = Unavailability(
          .tooManyAppPasswords, "more than \(AppPassword.maximumCount) for one account: delete those that nobody uses")
        return false
      }
      guard let hash = value(columns.password).map({ Secret($0) }), !hash.isEmpty else { return true }
      if hash.withBytes({ $0.contains { $0 == 0x0A || $0 == 0x00 } }) {
        fault = Unavailability(.badRow, "app-passwords: column password holds a line feed or a NUL byte")
        return false
      }
      let label = columns.description.flatMap(value).map { Array($0.prefix(AppPassword.maximumLabelLength)) } ?? []
      // A query that mixes its columns up must not bring a hash into the log.
      let isHash = hash.withBytes { $0.starts(with: label) }
      found.append(
        AppPassword(
          hash: hash, label: isHash ? [] : label,
          services: columns.services.flatMap(value).map { ServiceList($0) } ?? .all))
      return true
    }
  }
}
