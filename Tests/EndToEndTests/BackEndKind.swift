/// The back ends that the real programs are tried on.
enum BackEndKind: String, CaseIterable, Sendable {
  /// A file.
  case sqlite
  /// A cluster of its own.
  case postgresql
}
