internal import TestSupport

/// One request that goes to both servers.
struct ComparisonCase: Sendable, CustomStringConvertible {
  /// `account/variant`, or what is odd about it.
  let label: String
  let request: [UInt8]
  /// Whether the stored hash is expected to differ from then on: a password change with a salt of its own.
  var ignoresHash = false

  init(_ label: String, _ request: String, ignoresHash: Bool = false) {
    self.init(label, bytes: Array(request.utf8), ignoresHash: ignoresHash)
  }

  init(_ label: String, bytes: [UInt8], ignoresHash: Bool = false) {
    self.label = label
    request = bytes
    self.ignoresHash = ignoresHash
  }

  var description: String { "\(label): \(String(decoding: request.prefix(200), as: UTF8.self).debugDescription)" }
}
