import DirectoryConformance
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: DirectoryConformance.cases) func conforms(_ it: ConformanceCase) throws {
    try it.run(Database().fixture)
  }

  @Test(arguments: DirectoryConformance.cases) func conformsInWALMode(_ it: ConformanceCase) throws {
    try it.run(Database("PRAGMA journal_mode = WAL").fixture)
  }

  @Test(arguments: DirectoryConformance.cases) func conformsOnTheSpot(_ it: ConformanceCase) throws {
    try it.run(Database().fixtureOnTheSpot)
  }

  @Test(arguments: DirectoryConformance.cases) func conformsOnTheSpotInWALMode(_ it: ConformanceCase) throws {
    try it.run(Database("PRAGMA journal_mode = WAL").fixtureOnTheSpot)
  }

  @Test(arguments: DirectoryConformance.cases) func conformsInUTF16(_ it: ConformanceCase) throws {
    try it.run(Database("PRAGMA encoding = 'UTF-16'").fixture)
  }
}
