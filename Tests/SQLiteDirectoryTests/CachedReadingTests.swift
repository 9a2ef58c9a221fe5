import Glibc
import Testing

@testable import SQLiteDirectory

@Suite struct CachedReadingTests {
  private func finding(_ done: Int, error: Int32 = 0, isAtEnd: Bool = false) -> CachedReading.Finding {
    CachedReading.Finding(done, error: error, isAtEnd: isAtEnd)
  }

  @Test func whatWasReadIsRead() {
    #expect(finding(4096) == .read)
    #expect(finding(1, error: EAGAIN) == .read, "an error of some call before")
    #expect(
      CachedReading.Finding(
        1, error: 0,
        isAtEnd: {
          Issue.record("costs a system call"); return true
        }()) == .read)
  }

  @Test func nothingIsTheEndOnlyAtTheEnd() {
    #expect(finding(0, isAtEnd: true) == .read)
    #expect(finding(0, isAtEnd: false) == .missing, "Linux 5.9 and 5.10")
  }

  @Test func errors() {
    #expect(finding(-1, error: EAGAIN) == .missing)
    for error in [EOPNOTSUPP, EIO, EINTR] { #expect(finding(-1, error: error) == .failed) }
    #expect(finding(-1, error: EIO, isAtEnd: true) == .failed)
  }
}
