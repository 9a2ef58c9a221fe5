internal import Glibc

/// Whether a thread stays awake for a moment before it goes to sleep. Waking one costs both sides several microseconds, more
/// than a short piece of work; where pieces come one at a time, each as soon as the last is done, that is most of what they cost.
///
/// A value type: it is told how waits went, and says what to do about the next one. It keeps nobody awake where waits are long (few
/// requests, a distant database), where there is more to do than one thing at a time, or where there is one processor only.
public struct Vigil: Sendable {
  /// After so many brief waits in a row the next is expected to be brief.
  public static let habit = 16

  /// A wait up to this long is a brief one. Where no vigil is kept, a sleeper's waking is part of it.
  public static let brief = Duration.microseconds(200)

  /// Whether whom we wait for can run while this thread looks out for it.
  public static let isOfUse = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

  /// How long to stay awake at the most.
  public let length: Duration
  private var briefWaits = 0

  /// - Parameter length: `.zero` is never.
  public init(_ length: Duration) { self.length = length }

  /// Whether to keep it now.
  public var isDue: Bool { briefWaits >= Self.habit && length > .zero && Self.isOfUse }

  /// A wait has ended.
  /// - Parameters:
  ///   - time: how long it took.
  ///   - isAlone: whether one thing at the most was being done meanwhile.
  public mutating func waited(_ time: Duration, isAlone: Bool) {
    briefWaits = isAlone && time <= Self.brief ? briefWaits + 1 : 0
  }

  /// Looks out for `length` at the most. Whoever else wants this processor gets it.
  /// - Parameter hasCome: looks whether what is waited for has come.
  /// - Returns: whether it has.
  public func keep(_ hasCome: () -> Bool) -> Bool {
    let end = Instant.now + length
    repeat {
      if hasCome() { return true }
      // It may be what we wait for that wants it.
      sched_yield()
    } while Instant.now < end
    return false
  }
}
