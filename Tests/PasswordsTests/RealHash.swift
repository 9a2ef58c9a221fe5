import Foundation
import Passwords
import Testing

/// A hash that another program made: a line of Tests/Fixtures/passwords/vectors.tsv.
struct RealHash: Sendable, CustomTestStringConvertible {
  let scheme: String
  let program: String
  let password: String
  let stored: String
  var testDescription: String { "\(scheme) of \(program): \(stored.prefix(24))" }

  /// Whose account it is, where the hash depends on it.
  static let user = "anna@example.com"

  /// Whether one verification takes less than about a millisecond.
  var isQuick: Bool { cost(stored) == .cheap || ["MD5-CRYPT", "BSDI-CRYPT", "APR1", "OTP"].contains(scheme) }

  /// The whole fixture. Empty when it cannot be read: a test says so.
  static let all: [RealHash] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/passwords/vectors.tsv")
    guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return fields.count == 4
        ? RealHash(scheme: fields[0], program: fields[1], password: fields[2], stored: fields[3]) : nil
    }
  }()
}
