import Testing
import Threads

@testable import SQLiteDirectory

@Suite struct FileWatchTests {
  private let start = Instant.now

  private func state(inode: UInt64 = 1, size: Int64 = 4096, modified: Int = 1000, changed: Int = 1000)
    -> DatabaseFile.State
  {
    DatabaseFile.State(
      identity: .init(device: 1, inode: inode), size: size, modified: time(modified), changed: time(changed))
  }

  private func time(_ seconds: Int, _ nanoseconds: Int = 0) -> DatabaseFile.Time {
    DatabaseFile.Time(seconds: seconds, nanoseconds: nanoseconds)
  }

  private func watch(time: DatabaseFile.Time, isInWAL: Bool = false) -> FileWatch {
    FileWatch(state(), opened: start, time: time, isInWAL: isInWAL)
  }

  @Test func aFileThatIsAsItWasIsCurrent() {
    #expect(watch(time: time(2000)).isCurrent(state(), at: start))
    #expect(watch(time: time(2000)).isCurrent(state(), at: start + .seconds(100_000)))
    #expect(watch(time: time(2000), isInWAL: true).isCurrent(state(), at: start + .seconds(100_000)))
  }

  @Test func whateverChangesIsNoticedAtOnce() {
    let watch = watch(time: time(2000))
    for other in [
      state(inode: 2), state(size: 8192), state(modified: 1001), state(modified: 999), state(changed: 1001),
    ] {
      #expect(!watch.isCurrent(other, at: start))
    }
  }

  @Test func inWALModeItStaysOpenForAWhile() {
    let watch = watch(time: time(2000), isInWAL: true)
    let other = state(modified: 1001, changed: 1001)
    #expect(watch.isCurrent(other, at: start + .milliseconds(99)))
    #expect(!watch.isCurrent(other, at: start + .milliseconds(100)))
    #expect(!watch.isCurrent(state(inode: 2), at: start), "another file")
  }

  /// More may have been written within the same step of the clock.
  @Test(arguments: [false, true]) func whatWasOpenedJustAfterAWriteIsOpenedOnceMore(_ isInWAL: Bool) {
    for now in [time(1000), time(1000, 19_000_000), time(999, 990_000_000)] {
      let watch = watch(time: now, isInWAL: isInWAL)
      #expect(watch.isCurrent(state(), at: start + .milliseconds(19)))
      #expect(!watch.isCurrent(state(), at: start + .milliseconds(20)))
    }
    for now in [time(1000, 20_000_000), time(999, 980_000_000), time(-5), time(.max), time(.min)] {
      #expect(watch(time: now, isInWAL: isInWAL).isCurrent(state(), at: start + .milliseconds(20)))
    }
  }
}
