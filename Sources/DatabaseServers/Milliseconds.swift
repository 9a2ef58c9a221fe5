extension Duration {
  /// For poll(): rounded up, at most a minute, 0 when negative.
  package var pollMilliseconds: Int32 { milliseconds(upTo: 60_000) }

  /// For a limit that a server has for its statements: rounded up, at least 1, for 0 is no limit, and at most what the server's
  /// `int` holds, 24 days.
  package var statementMilliseconds: Int32 { max(1, milliseconds(upTo: .max)) }

  private func milliseconds(upTo most: Int32) -> Int32 {
    if self <= .zero { return 0 }
    if self >= .milliseconds(most) { return most }
    let (seconds, attoseconds) = components
    return Int32(seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
