public import Testing

/// Lets the tests of a suite wait on threads of their own.
///
/// The runner has as many threads as there are processors. A test that waits for a server, a program or a deadline holds one of them and
/// computes nothing, and the tests behind it wait too.
public struct Waiting: SuiteTrait, TestScoping {
  private let threads: WaitingThreads

  init(on threads: WaitingThreads) { self.threads = threads }

  /// See `TestScoping`.
  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(threads) { try await function() }
  }
}

extension Trait where Self == Waiting {
  /// See `Waiting`. Goes before traits that start something.
  public static var waiting: Self { Self(on: .shared) }

  /// The same, on threads that no other suite has: for the one that takes longest, whose next test would otherwise begin when all others
  /// have begun, so that nearly everything else is over before it.
  public static var waitingApart: Self { Self(on: .apart) }
}
