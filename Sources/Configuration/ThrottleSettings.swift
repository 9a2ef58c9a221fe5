public import Accounts

/// `[throttle]`: how logins are slowed after wrong passwords.
public struct ThrottleSettings: Sendable, Equatable {
  /// Whether they are.
  public var isEnabled = true
  /// The longest wait.
  public var maxDelay = Duration.seconds(15)
  /// Networks whose failures are not counted by address; nil leaves it at the machine itself.
  public var exempt: [NetworkPrefix]?

  /// The defaults.
  public init() {}

  static var schema: TableSchema<ThrottleSettings> {
    TableSchema(
      title: "[throttle]",
      rows: [
        Row("enabled", .boolean, default: \.isEnabled),
        Row("max-delay", .duration(.milliseconds(1)...(.seconds(15)), like: "15s"), default: \.maxDelay),
        Row("exempt", networks, \.exempt),
      ])
  }

  /// An array of networks, which may be empty: then the machine itself is counted too.
  private static var networks: ValueKind<[NetworkPrefix]> {
    let example = "[\"192.0.2.0/24\", \"2001:db8::/32\"]"
    return ValueKind(expected: "an array such as \(example)") { node, label, findings in
      guard case .list(let nodes) = node else {
        findings.add(label, "expected an array such as \(example), found \(node.kind)")
        return nil
      }
      let kind = ValueKind<NetworkPrefix>.network
      let read = nodes.enumerated().compactMap { kind.read($1, Label.element(label, $0 + 1), &findings) }
      return read.count == nodes.count ? read : nil
    }
  }
}

extension ValueKind where Value == NetworkPrefix {
  /// A network, or one address.
  static var network: ValueKind {
    text(like: "192.0.2.0/24") { text throws(Objection) in
      if let network = NetworkPrefix(text) { return network }
      throw Objection(
        "expected a network such as \"192.0.2.0/24\" or \"2001:db8::/32\", without bits behind its prefix, found \"\(Label.harmless(text))\""
      )
    }
  }
}
