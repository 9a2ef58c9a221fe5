extension NamedDifference {
  /// All of them.
  static let all: [NamedDifference] = []
}
