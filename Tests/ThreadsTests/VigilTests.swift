import Testing
import Threads

@Suite struct VigilTests {
  private static let length = Duration.microseconds(50)

  /// One after so many brief waits.
  private func vigil(after count: Int = Vigil.habit) -> Vigil {
    var vigil = Vigil(Self.length)
    for _ in 0..<count { vigil.waited(.microseconds(120), isAlone: true) }
    return vigil
  }

  @Test func itIsDueOnceBriefWaitsAreAHabit() {
    #expect(!vigil(after: 0).isDue)
    #expect(!vigil(after: Vigil.habit - 1).isDue)
    // On a machine with one processor whom we wait for could not run meanwhile.
    #expect(vigil().isDue == Vigil.isOfUse)
    #expect(vigil(after: 1_000).isDue == Vigil.isOfUse)
  }

  @Test func aLongWaitOrCompanyEndsTheHabit() {
    for (time, isAlone) in [(Duration.microseconds(201), true), (.zero, false), (.seconds(60), false)] {
      var vigil = vigil()
      vigil.waited(time, isAlone: isAlone)
      #expect(!vigil.isDue)
      for _ in 0..<Vigil.habit { vigil.waited(.microseconds(200), isAlone: true) }
      #expect(vigil.isDue == Vigil.isOfUse)
    }
  }

  @Test func oneOfNoLengthIsNeverDue() {
    var vigil = Vigil(.zero)
    for _ in 0..<100 { vigil.waited(.zero, isAlone: true) }
    #expect(!vigil.isDue)
  }

  @Test func itEndsWithWhatIsWaitedForAndOtherwiseInTime() {
    var looks = 0
    let found = Vigil(.seconds(60)).keep {
      looks += 1
      return looks == 3
    }
    #expect(found && looks == 3)
    looks = 0
    let start = Instant.now
    #expect(
      !vigil().keep {
        looks += 1
        return false
      })
    #expect(Instant.now - start >= Self.length && looks > 0)
  }
}
