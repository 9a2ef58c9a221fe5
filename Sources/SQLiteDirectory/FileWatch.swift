internal import Threads

/// Whether an open file still holds what was read of it. A value type: the clocks come in.
///
/// SQLite keeps what it has read for as long as the change counter in the file's header is the one that it knows, and what it knows of the tables for
/// as long as their version is. Both are the same in every file that the same script makes: one that is copied over the other, into the same
/// inode, would not be noticed. So the file is opened anew whenever its length or its times have changed. Where that was a commit, SQLite would have
/// read it all again too.
struct FileWatch {
  /// In steps of this length, or shorter ones, the kernel's clock for files goes on: what is written within one shows no difference.
  static let step = Duration.milliseconds(20)
  /// In WAL mode, how long a file stays open at the least. Checkpoints change the file's times many times in a row, and nothing else: those who
  /// ask meanwhile should not each have it opened.
  static let stayInWAL = Duration.milliseconds(100)

  /// The file before it was opened.
  let seen: DatabaseFile.State
  private let opened: Instant
  private let isInWAL: Bool
  /// Whether the file had been written to so shortly before that more may have come in the same step.
  private let isYoung: Bool

  /// - Parameters:
  ///   - seen: the file before it was opened, at `opened`.
  ///   - time: the same moment by the clock that the file's times go by.
  init(_ seen: DatabaseFile.State, opened: Instant, time: DatabaseFile.Time, isInWAL: Bool) {
    self.seen = seen
    self.opened = opened
    self.isInWAL = isInWAL
    let age = time - seen.changed
    // The clock of a file server may be ahead.
    isYoung = age < Self.step && age > .zero - Self.step
  }

  /// Whether the file, now that it looks like `state`, need not be opened anew.
  func isCurrent(_ state: DatabaseFile.State, at now: @autoclosure () -> Instant) -> Bool {
    if state == seen { return !isYoung || now() - opened < Self.step }
    return state.identity == seen.identity && isInWAL && now() - opened < Self.stayInWAL
  }
}
