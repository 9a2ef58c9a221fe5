import Configuration
import Foundation
import Testing

@Suite struct ConfigurationFileTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("gp-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func write(_ bytes: [UInt8], mode: Int = 0o600) throws -> String {
    let path = "\(folder)/gatepost.toml"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  private func mistakes(_ path: String) -> [Mistake] {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do throws(ConfigurationError) {
      _ = try ConfigurationReader.read(path: path, backEnds: Fixture.backEnds, system: Fixture.system)
      return []
    } catch {
      return error.mistakes
    }
  }

  @Test func readsAFile() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try write(Array(Fixture.directory.utf8), mode: 0o640)
    let file = try ConfigurationFile(path: path)
    #expect(file.text == Fixture.directory)
    #expect(file.facts == FileFacts(mode: 0o640, owner: getuid()))
    #expect(!file.facts.isWorldReadable)
    let settings = try ConfigurationReader.read(path: path, backEnds: Fixture.backEnds, system: Fixture.system)
    #expect(settings.directories.count == 1)
  }

  @Test func itsModeCounts() throws {
    let text = "[[directory]]\ntype = \"postgresql\"\nconnection = \"host=/a password=x\"\npreset = \"courier\"\n"
    #expect(mistakes(try write(Array(text.utf8), mode: 0o644)).map(\.key) == ["directory[1].connection"])
  }

  @Test func aMissingFileIsNamed() {
    #expect(mistakes("\(folder)/none").map(\.text) == ["there is no such file; give the path with --config"])
  }

  @Test func aFolderIsNoFile() {
    #expect(mistakes(folder).first?.text.contains("is a folder") == true)
  }

  @Test func aPipeIsNoFile() {
    let path = "\(folder)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    #expect(mistakes(path).map(\.text) == ["is not a plain file"])
  }

  @Test func otherEncodingsAreNamedWithTheirLine() throws {
    let mistakes = mistakes(try write(Array("# good: é\n# bad: ".utf8) + [0xE9, 0x0A]))
    #expect(mistakes.map(\.line) == [2])
    #expect(mistakes.first?.text.contains("not UTF-8") == true)
  }

  @Test func aHugeFileIsRefused() throws {
    let mistakes = mistakes(try write([UInt8](repeating: 0x23, count: ConfigurationFile.largest + 1)))
    #expect(mistakes.first?.text.contains("larger than 1 MiB") == true)
  }

  @Test func theLargestFileIsRead() throws {
    var bytes = Array(Fixture.directory.utf8)
    bytes += [UInt8](repeating: 0x23, count: ConfigurationFile.largest - bytes.count)
    #expect(mistakes(try write(bytes)) == [])
  }

  @Test func thisMachineHasARootUser() {
    #expect(SystemFacts.current.user("root") == .known(0))
    #expect(SystemFacts.current.group("root") == .known(0))
    #expect(SystemFacts.current.user("no-such-user-here") == .unknown)
    #expect(SystemFacts.current.group("no-such-group-here") == .unknown)
    #expect(SystemFacts.current.file("/") != nil)
    #expect(SystemFacts.current.file("/no/such/file") == nil)
  }
}
