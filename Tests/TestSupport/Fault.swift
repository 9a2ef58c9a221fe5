/// One thing that goes wrong with a connection on its way through `FaultProxy`.
public struct Fault: Sendable, Hashable {
  /// What happens.
  public enum Kind: String, Sendable, CaseIterable, Comparable {
    /// The connection is reset as soon as it is made. As a standing fault: nobody listens, and connections are reset.
    case refuse
    /// The connection is taken and nobody ever speaks. On one that exists: nothing passes any more.
    case silence
    /// A reset (RST), after `bytes`.
    case reset
    /// The end of the stream (FIN) in the middle of what was said, after `bytes` of the server's.
    case truncate
    /// The server's direction ends after `bytes`; what the client sends is still taken, and dropped.
    case halfClose
    /// Nothing of the server's passes after `bytes`; the connection stays.
    case stall
    /// Whatever the server says comes `milliseconds` later, up to `bytes` of it.
    case delay
    /// The server's next `bytes` come one by one.
    case drip
    /// The connection is closed behind ReadyForQuery, when the client believes that all is well.
    case dropWhenReady

    /// By name.
    public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
  }

  /// What happens.
  public var kind: Kind
  /// After how many bytes in `direction`, or for how many: see `Kind`.
  public var bytes: Int
  /// Which bytes `reset` counts.
  public var direction: Direction
  /// For `delay`.
  public var milliseconds: Int

  /// Whose bytes are counted.
  public enum Direction: Sendable, Hashable {
    /// The client's.
    case toServer
    /// The server's.
    case toClient
  }

  /// A fault.
  public init(_ kind: Kind, after bytes: Int = 0, _ direction: Direction = .toClient, milliseconds: Int = 5) {
    self.kind = kind
    self.bytes = bytes
    self.direction = direction
    self.milliseconds = milliseconds
  }

  /// A fault by chance, at a place by chance: within the greeting, the preparation of the query, or a look-up.
  public static func random(of kinds: [Kind], using random: inout SeededGenerator) -> Fault {
    let kind = kinds[Int(random.next(below: UInt64(kinds.count)))]
    // A greeting with the query's preparation takes some 600 bytes of the server's and 400 of the client's.
    return Fault(
      kind, after: Int(random.next(below: 1_200)), random.next(below: 2) == 0 ? .toClient : .toServer,
      milliseconds: Int(random.next(below: 20)))
  }
}

/// Random numbers that a seed decides (SplitMix64), so that a failure can be played again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The sequence of `seed`.
  public init(seed: UInt64) { state = seed }

  /// The next one.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Below `bound`, which is not zero.
  public mutating func next(below bound: UInt64) -> UInt64 { next() % bound }
}
