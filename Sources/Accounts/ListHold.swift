/// What a database keeps others from while a list is read from it, so that whoever waits for the reader of the list can ask. For the
/// thread that makes the list.
public final class ListHold {
  private var question: (() -> Bool)?

  /// Of a list that has not begun.
  public init() {}

  /// Whether somebody waits for the list's end, or is about to, as far as the directory can tell.
  public var isInTheWay: Bool { question?() ?? false }

  /// Lets `question` answer for `isInTheWay` while `body` runs.
  public func answering<Result>(_ question: @escaping () -> Bool, _ body: () throws -> Result) rethrows -> Result {
    self.question = question
    defer { self.question = nil }
    return try body()
  }
}
