import TestTraits
import Testing

@testable import gatepost

@Suite(.waiting) struct StartMemoryTests {
  @Test func onlyCodeOfFilesIsGivenBack() {
    let maps = """
      5500-5600 r--p 00000000 08:01 42                         /usr/bin/gatepost
      5600-7700 r-xp 00001000 08:01 42                         /usr/bin/gate post
      7700-7800 rw-p 00003000 08:01 42                         /usr/bin/gatepost
      8000-8100 rwxp 00003000 08:01 42                         /usr/lib/odd.so
      9000-9100 r-xp 00000000 00:00 0
      a000-a100 r-xp 00000000 00:00 0                          [vdso]
      b000-b000 r-xp 00000000 08:01 42                         /empty
      zzzz-c100 r-xp 00000000 08:01 42                         /no/number

      """
    #expect(StartMemory.codeRanges(maps) == [0x5600..<0x7700])
  }

  @Test func findsItsOwnAndLivesOn() {
    #expect(!StartMemory.codeRanges().isEmpty)
    StartMemory.giveBack()
    #expect(StartMemory.codeRanges("").isEmpty)
  }
}
