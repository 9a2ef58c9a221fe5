internal import Foundation
internal import TestSupport
internal import Testing

/// The stations of the running suite: started once before its first test, stopped after its last one, whatever happens between.
struct Stations: Sendable {
  @TaskLocal static var current: Stations?

  private let byKind: [BackEndKind: Station]

  /// The one with `kind` as its back end.
  static func of(_ kind: BackEndKind) throws -> Station {
    try #require(current?.byKind[kind], "the suite has no stations: it lacks the trait .stations")
  }

  /// Starts them, runs `body`, stops them.
  static func whileRunning(_ body: () async throws -> Void) async throws {
    let script = try Fixtures.text("transcripts/accounts.sql")
    let stations = try sideBySide(
      BackEndKind.allCases.map { kind in
        { @Sendable in
          switch kind {
          case .sqlite: try Station(database: AccountsDatabase(sqlite: script))
          case .postgresql:
            try Station(
              database: AccountsDatabase(postgresql: PostgreSQLServer(), name: "accounts", script: script))
          case .mariadb:
            try Station(database: AccountsDatabase(mariadb: MariaDBServer(), name: "accounts", script: script))
          }
        }
      })
    defer { for station in stations { station.stop() } }
    let byKind = Dictionary(uniqueKeysWithValues: stations.map { ($0.database.kind, $0) })
    try await $current.withValue(Stations(byKind: byKind)) { try await body() }
  }
}

/// See `Stations`.
struct StationsTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Stations.whileRunning(function)
  }
}

extension Trait where Self == StationsTrait {
  /// Keeps a station for each back end running around a suite.
  static var stations: Self { Self() }
}
