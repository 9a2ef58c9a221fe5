@testable import Configuration

/// Every key with a value that the schema knows.
enum ConfigurationKeys {
  static var all: Set<String> {
    let tables = ["listen", "directory", "peer", "limits", "queries", "throttle", "control"]
    return Set(RootDraft.schema(Fixture.backEnds, Fixture.system).catalogue().map(\.key)).subtracting(tables)
  }
}
