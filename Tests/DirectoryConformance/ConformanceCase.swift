/// One promise of `AccountDirectory`, put to the test.
public struct ConformanceCase: Sendable, CustomStringConvertible {
  /// What is promised.
  public let description: String
  /// Puts it to the test on an empty database.
  /// - Throws: `ConformanceFailure`, or an error of the fixture.
  public let run: @Sendable (DirectoryFixture) throws -> Void

  init(_ description: String, _ run: @escaping @Sendable (DirectoryFixture) throws -> Void) {
    self.description = description
    self.run = run
  }
}

/// The suite that every back end passes:
/// `@Test(arguments: DirectoryConformance.cases) func conforms(_ it: ConformanceCase) throws { try it.run(fixture) }`.
public enum DirectoryConformance {
  /// All cases. They do not know of each other.
  public static let cases: [ConformanceCase] =
    lookUpCases + badRowCases + faultCases + enumerationCases + passwordChangeCases + replacementCases + lifeCases
    + inspectionCases + presetCases + appPasswordCases + panelCases
}

/// A promise that was not kept.
public struct ConformanceFailure: Error, CustomStringConvertible {
  /// What was expected, what came, and where in the suite.
  public let description: String
}

/// Fails the case unless `condition` holds.
func expect(
  _ condition: Bool, _ text: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws(ConformanceFailure) {
  if !condition { throw ConformanceFailure(description: "\(text()) (\(file):\(line))") }
}

/// Fails the case unless both are equal.
func expectEqual<Value: Equatable>(
  _ actual: Value, _ expected: Value, _ what: String = "", file: StaticString = #fileID, line: UInt = #line
) throws(ConformanceFailure) {
  try expect(
    actual == expected, "\(what.isEmpty ? "" : "\(what): ")\(actual) is not \(expected)", file: file, line: line)
}
