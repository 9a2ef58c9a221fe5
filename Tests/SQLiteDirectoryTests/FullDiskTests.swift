import Accounts
import Foundation
import TestSupport
import TestTraits
import Testing

/// The disk has no room left.
@Suite(.waiting, .enabled(if: getuid() == 0, "mounts a small disk")) struct FullDiskTests {
  @Test(arguments: ["DELETE", "WAL"]) func aFullDiskMisleadsNobody(_ mode: String) throws {
    let disk = try SmallDisk(kibibytes: 512)
    let path = disk.file("accounts.db")
    let writer = try Connection(path)
    try writer.execute("PRAGMA journal_mode = \(mode);" + Database.alice)
    let database = try Database()
    // Another value each time: SQLite writes nothing where nothing changes.
    let directory = try database.directory(
      setPassword: "UPDATE accounts SET password = :new_hash || hex(randomblob(4)) WHERE username = :username",
      path: path
    )
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted != nil)
    #expect(directory.change("alice")?.accepted != nil)
    for _ in 0..<3 {
      try disk.fill()
      // Without a wrong answer, and reading needs no room.
      #expect(directory.ask("alice")?.accepted != nil)
      #expect(directory.ask("nobody")?.cause == nil)
      let change = directory.change("alice")
      // The write-ahead log has room for a change in what it has taken already.
      if mode == "DELETE" {
        #expect(change?.cause?.detail.contains("SQLITE_FULL") == true, "\(String(describing: change))")
      }
      if case .refused = change { Issue.record("refused: \(String(describing: change))") }
      disk.makeRoom()
      let later = directory.change("alice")
      #expect(later?.accepted != nil, "\(String(describing: later))")
      #expect(directory.ask("alice")?.accepted?.uid == 5000)
    }
  }
}
