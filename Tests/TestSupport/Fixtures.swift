internal import Foundation

/// The files below `Tests/Fixtures`, and those of the project that tests use as they stand.
public enum Fixtures {
  /// The project's root.
  public static let root: String = {
    // Tests/TestSupport/Fixtures.swift
    let here = URL(fileURLWithPath: #filePath)
    return here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  }()

  /// The absolute path of `name` below `Tests/Fixtures`.
  public static func path(_ name: String) -> String { "\(root)/Tests/Fixtures/\(name)" }

  /// The text of `name` below `Tests/Fixtures`.
  public static func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  /// The text of a file of the project, named from its root.
  public static func projectText(_ name: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
  }
}
