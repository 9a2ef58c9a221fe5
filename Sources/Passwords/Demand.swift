/// What one verification takes of the machine.
public struct Demand: Sendable, Equatable {
  /// Which thread does it.
  public let cost: Cost
  /// Bytes at one time, beyond the 32 KiB that every thread keeps. Only Argon2, yescrypt and scrypt take any.
  public let memory: Int

  /// Nothing worth counting.
  static let none = Demand(cost: .cheap, memory: 0)
}
